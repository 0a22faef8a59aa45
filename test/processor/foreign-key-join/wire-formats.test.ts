import t from 'tap'
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { bindSerde, type Serde } from '../../../lib/model/serde.ts'
import { SerializationError } from '../../../lib/model/errors.ts'
import { murmur3Hash128 } from '../../../lib/processor/foreign-key-join/murmur3.ts'
import { subscriptionResponseWrapperSerde } from '../../../lib/processor/foreign-key-join/subscription-response-wrapper.ts'
import {
  SubscriptionInstruction,
  subscriptionWrapperSerde,
} from '../../../lib/processor/foreign-key-join/subscription-wrapper.ts'
import { Serdes } from '../../../lib/serde/serdes.ts'

// Golden bytes: Java's TopologyTestDriver, left row ("k", "1"), right row ("1", "foo").

const context = { topic: 'app-r-topic', component: 'value', headers: [] } as const
const environment = {
  applicationId: 'app',
  defaultKey: Serdes.string as Serde<unknown>,
  defaultValue: Serdes.string as Serde<unknown>,
}
const hash = murmur3Hash128(Buffer.from('1'))
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const bytes = (text: string): Uint8Array => Buffer.from(text, 'hex')
const subscriptions = bindSerde(
  subscriptionWrapperSerde({ registrationTopic: 'r-topic', primaryKey: Serdes.string }),
  environment,
)
const responses = subscriptionResponseWrapperSerde(Serdes.string)

t.test('murmur3 gives what Java gave', async (t) => {
  const file = new URL('../../conformance/vectors/bytes.jsonl', import.meta.url)
  const vectors = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as HashVector)
  let compared = 0
  for (const { bytes: calls = [], results = [] } of vectors)
    for (const [index, call] of calls.entries()) {
      if (call.op !== 'murmur3') continue
      compared++
      t.equal(hex(murmur3Hash128(bytes(call.hex))), results[index], call.hex)
    }
  t.ok(compared > 50, 'the vectors hold hashes')
})

interface HashVector {
  readonly bytes?: readonly { readonly op: string; readonly hex: string }[]
  readonly results?: readonly string[]
}

t.test('subscriptions have the bytes of version 1', async (t) => {
  const instruction = SubscriptionInstruction.propagateNullIfNoForeignValueAvailable
  const wrapper = { hash, instruction, primaryKey: 'k', primaryPartition: 0 }
  t.equal(hex(subscriptions.serialize(wrapper, context)), '01026572f6d66606fd081869b9c2ddb1c59d6b00000000')
  const deleted = { ...wrapper, hash: null, instruction: SubscriptionInstruction.deleteKeyNoPropagate }
  t.equal(hex(subscriptions.serialize(deleted, context)), '81006b00000000')
  t.same(subscriptions.deserialize(bytes('81006b00000000'), context), deleted)
})

t.test('a subscription of version 0 has no partition', async (t) => {
  const read = subscriptions.deserialize(bytes('80036b'), context)
  t.same(read, { hash: null, instruction: 3, primaryKey: 'k', primaryPartition: null })
})

t.test('responses have the bytes of version 0', async (t) => {
  const response = { hash, foreignValue: 'foo', primaryPartition: null }
  t.equal(hex(responses.serialize(response, context)), '006572f6d66606fd081869b9c2ddb1c59d666f6f')
  t.equal(hex(responses.serialize({ hash: null, foreignValue: null, primaryPartition: 3 }, context)), '80')
  t.same(responses.deserialize(bytes('80'), context), { hash: null, foreignValue: null, primaryPartition: null })
})

t.test('encode and decode are inverse', async () => {
  const wrapper = fc.record({
    hash: fc.option(fc.uint8Array({ minLength: 16, maxLength: 16 })),
    instruction: fc.constantFrom(0, 1, 2, 3),
    primaryKey: fc.string(),
    primaryPartition: fc.nat(),
  })
  fc.assert(
    fc.property(wrapper, (written) => {
      const read = subscriptions.deserialize(subscriptions.serialize(written as never, context), context)
      const hashes = [read.hash, written.hash].map((one) => (one === null ? null : hex(one)))
      return (
        hashes[0] === hashes[1] &&
        read.primaryKey === written.primaryKey.toWellFormed() &&
        read.primaryPartition === written.primaryPartition
      )
    }),
  )
})

t.test('foreign bytes are an error that says so', async (t) => {
  for (const text of ['', '01', '0201', '0109ffffffffffffffffffffffffffffffff6b00000000', '010200'])
    t.throws(() => subscriptions.deserialize(bytes(text), context), SerializationError, `subscription ${text}`)
  for (const text of ['', '01', '0001'])
    t.throws(() => responses.deserialize(bytes(text), context), SerializationError, `response ${text}`)
})

t.test('without serdes of their own they use the defaults, once bound', async (t) => {
  const unbound = subscriptionWrapperSerde({ registrationTopic: 'r-topic', primaryKey: undefined })
  t.throws(() => unbound.deserialize(bytes('81006b00000000'), context), { code: 'STREAMS_SERDE_NOT_BOUND' })
  t.equal(bindSerde(unbound, environment).deserialize(bytes('81006b00000000'), context).primaryKey, 'k')
  const response = subscriptionResponseWrapperSerde<string>(undefined)
  t.equal(bindSerde(response, environment).deserialize(bytes('80666f6f'), context).foreignValue, 'foo')
})
