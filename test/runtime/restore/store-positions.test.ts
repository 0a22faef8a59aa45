import t from 'tap'
import { positionRemoval, positionWrite, readPosition, storedOffsetSum } from '../../../lib/runtime/restore/store-positions.ts'
import { MemoryStorageFactory } from '../../../lib/storage/memory/memory-storage.ts'

t.test('a position is read as it was written, until it is removed', async (t) => {
  const storage = new MemoryStorageFactory().open('task')
  const [a, b] = [
    { topic: 'a', partition: 0 },
    { topic: 'b', partition: 0 },
  ]
  t.equal(readPosition(storage, a), undefined)
  t.equal(storedOffsetSum(storage), undefined)
  const far = 2 ** 40
  storage.transact([positionWrite(storage, a, far), positionWrite(storage, b, 2)])
  t.equal(readPosition(storage, a), far)
  t.equal(storedOffsetSum(storage), far + 2)
  storage.transact([positionRemoval(storage, a)])
  t.equal(readPosition(storage, a), undefined)
  t.equal(storedOffsetSum(storage), 2)
})
