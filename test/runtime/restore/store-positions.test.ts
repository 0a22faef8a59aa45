import t from 'tap'
import { positionRemoval, positionWrite, readPosition, storedOffsetSum } from '../../../lib/runtime/restore/store-positions.ts'
import { MemoryStorageFactory } from '../../../lib/storage/memory/memory-storage.ts'

const a = { topic: 'a', partition: 0 }
const b = { topic: 'b', partition: 0 }
const far = { offset: 2 ** 40, sinceMs: 1_700_000_000_000, topicId: 'mkJeq4t1QoCBjB7dnmxWYg' }
const near = { offset: 2, sinceMs: undefined, topicId: undefined }

t.test('a position is read as it was written, until it is removed', async (t) => {
  const storage = new MemoryStorageFactory().open('task')
  t.equal(readPosition(storage, a), undefined)
  t.equal(storedOffsetSum(storage), undefined)
  storage.transact([positionWrite(storage, a, far), positionWrite(storage, b, near)])
  t.strictSame(readPosition(storage, a), far)
  t.strictSame(readPosition(storage, b), near)
  t.equal(storedOffsetSum(storage), far.offset + 2)
  storage.transact([positionWrite(storage, a, { ...far, sinceMs: 1.5 })])
  t.equal(readPosition(storage, a)?.sinceMs, 1)
  storage.transact([positionRemoval(storage, a)])
  t.equal(readPosition(storage, a), undefined)
  t.equal(storedOffsetSum(storage), 2)
})

t.test('positions of earlier releases, which had no time, are read; earlier releases read those of this one', async (t) => {
  const storage = new MemoryStorageFactory().open('task')
  const offset = Buffer.alloc(8)
  offset.writeBigInt64BE(77n)
  storage.transact([{ table: storage.table('.positions'), key: Buffer.from('a-0'), value: offset }])
  t.strictSame(readPosition(storage, a), { offset: 77, sinceMs: undefined, topicId: undefined })
  const { value } = positionWrite(storage, a, far)
  t.equal(Buffer.from(value!).readBigInt64BE(), BigInt(far.offset), 'the offset stands where it stood')
})
