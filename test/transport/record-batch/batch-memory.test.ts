import t from 'tap'
import { noHeaders } from '../../../lib/model/headers.ts'
import { BatchMemory } from '../../../lib/transport/record-batch/batch-memory.ts'
import { noProducer, RecordBatchBuilder } from '../../../lib/transport/record-batch/record-batch-builder.ts'

function filled(memory: BatchMemory | undefined, seed: number): RecordBatchBuilder {
  const batch = memory === undefined ? new RecordBatchBuilder() : RecordBatchBuilder.reusing(memory, 'none')
  for (let index = 0; index < 2000; index++)
    batch.append(Buffer.from(`key ${seed + index}`), Buffer.alloc(20, seed), 1000 + index, noHeaders)
  return batch
}

t.test('a buffer that is given serves the next one that asks for no more', async (t) => {
  const memory = new BatchMemory()
  const buffer = Buffer.alloc(64 << 10)
  memory.give(buffer)
  t.equal(memory.take((64 << 10) + 1), undefined, 'it is too small')
  t.equal(memory.take(1 << 10), buffer)
  t.equal(memory.take(1 << 10), undefined, 'nobody gets it twice')
})

t.test('what is kept is bounded, in number and in size', async (t) => {
  const memory = new BatchMemory()
  memory.give(Buffer.alloc(1 << 10))
  memory.give(Buffer.alloc(2 << 20))
  t.equal(memory.take(1), undefined)
  for (let given = 0; given < 100; given++) memory.give(Buffer.alloc(16 << 10))
  let taken = 0
  while (memory.take(1) !== undefined) taken++
  t.equal(taken, 32)
})

t.test('a batch in the memory of one that was released has the bytes that it would have alone', async (t) => {
  const memory = new BatchMemory()
  const first = filled(memory, 1)
  const { count, byteLength } = first
  first.release()
  t.same([first.count, first.byteLength], [count, byteLength], 'a released batch still says how large it was')
  t.same(filled(memory, 2).seal(noProducer), filled(undefined, 2).seal(noProducer))
  t.equal(memory.take(1), undefined, 'it had the memory of the first one')
})

t.test('a batch that is released twice leaves its memory once', async (t) => {
  const memory = new BatchMemory()
  const batch = filled(memory, 1)
  batch.release()
  batch.release()
  t.ok(memory.take(1))
  t.equal(memory.take(1), undefined)
})
