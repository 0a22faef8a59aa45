import fc from 'fast-check'
import t from 'tap'
import {
  decodeCommittedMetadata,
  encodeCommittedMetadata,
  noCommittedMetadata,
} from '../../lib/runtime/task/partition-metadata.ts'

t.test('what is encoded is decoded', async () => {
  const entries = fc.array(fc.tuple(fc.string(), fc.integer({ min: -1, max: Number.MAX_SAFE_INTEGER })))
  fc.assert(
    fc.property(fc.integer({ min: -1, max: Number.MAX_SAFE_INTEGER }), entries, (partitionTime, pairs) => {
      const metadata = { partitionTime, processorMetadata: new Map(pairs) }
      t.same(decodeCommittedMetadata(encodeCommittedMetadata(metadata)), metadata)
    }),
  )
})

t.test('the bytes are those of Java', async (t) => {
  const encoded = encodeCommittedMetadata({ partitionTime: 258, processorMetadata: new Map([['k', 7]]) })
  t.equal(
    Buffer.from(encoded, 'base64').toString('hex'),
    '02' + '0000000000000102' + '00000001' + '00000001' + '6b' + '0000000000000007',
  )
})

t.test('version 1 has the time only; foreign metadata says nothing', async (t) => {
  t.equal(decodeCommittedMetadata(Buffer.from('010000000000000102', 'hex').toString('base64')).partitionTime, 258)
  t.same(decodeCommittedMetadata(''), noCommittedMetadata)
  t.same(decodeCommittedMetadata('written by a tool'), noCommittedMetadata)
})

t.test('the id of the topic stands behind what Java reads', async (t) => {
  const metadata = {
    partitionTime: 258,
    processorMetadata: new Map([['k', 7]]),
    topicId: Buffer.alloc(16, 5).toString('base64url'),
  }
  const encoded = encodeCommittedMetadata(metadata)
  t.same(decodeCommittedMetadata(encoded), metadata)
  const withoutId = encodeCommittedMetadata({ ...metadata, topicId: undefined })
  t.equal(Buffer.from(encoded, 'base64').toString('hex'), Buffer.from(withoutId, 'base64').toString('hex') + '05'.repeat(16))
})
