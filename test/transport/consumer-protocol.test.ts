import fc from 'fast-check'
import t from 'tap'
import { TransportError } from '../../lib/model/errors.ts'
import {
  decodeAssignment,
  decodeSubscription,
  encodeAssignment,
  encodeSubscription,
} from '../../lib/transport/group/consumer-protocol.ts'

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex')
const partition = { topic: 'in', partition: 1 }

t.test('a subscription has the fields of version 3 in their order', async (t) => {
  const subscription = { topics: ['in'], userData: Buffer.from('u'), ownedPartitions: [partition], generationId: 5 }
  const bytes = hex('0003 00000001 0002696e 00000001 75 00000001 0002696e 00000001 00000001 00000005 ffff')
  t.same(encodeSubscription(subscription), bytes)
  t.same(decodeSubscription(bytes), subscription)
})

t.test('older subscriptions are read, and what they lack is unknown', async (t) => {
  t.same(decodeSubscription(hex('0000 00000001 0002696e ffffffff')), {
    topics: ['in'],
    userData: null,
    ownedPartitions: [],
    generationId: -1,
  })
  t.match(decodeSubscription(hex('0001 00000000 ffffffff 00000001 0002696e 00000001 00000001')), {
    ownedPartitions: [partition],
    generationId: -1,
  })
})

t.test('an assignment has the fields of version 1, and no bytes are no partitions', async (t) => {
  const bytes = hex('0001 00000001 0002696e 00000001 00000001 ffffffff')
  t.same(encodeAssignment({ partitions: [partition], userData: null }), bytes)
  t.same(decodeAssignment(bytes), { partitions: [partition], userData: null })
  t.same(decodeAssignment(Buffer.alloc(0)), { partitions: [], userData: null })
})

t.test('hostile bytes end in a value or in an error with a code', async (t) => {
  const outcome = (bytes: Uint8Array): void => {
    for (const decode of [decodeSubscription, decodeAssignment]) {
      try {
        decode(bytes)
      } catch (error) {
        if (!(error instanceof TransportError)) throw error
      }
    }
  }
  fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), outcome))
  outcome(hex('0003 7fffffff 0000'))
  t.pass('no other error')
})
