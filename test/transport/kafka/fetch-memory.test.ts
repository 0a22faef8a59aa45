import t from 'tap'
import { FetchMemory } from '../../../lib/transport/kafka/client/fetch-memory.ts'
import type { RecordBatch } from '../../../lib/transport/record-batch/record-batch.ts'
import { decodeRecordBatch } from '../../../lib/transport/record-batch/decode-record-batches.ts'
import { noProducer, RecordBatchBuilder } from '../../../lib/transport/record-batch/record-batch-builder.ts'
import { placedAt } from '../sealed-batches.ts'

const [a, b, c] = ['a', 'b', 'c'].map((topic) => ({ topic, partition: 0, offset: 0 })) as [Position, Position, Position]

interface Position {
  readonly topic: string
  readonly partition: number
  readonly offset: number
}

function batchAt(offset: number): RecordBatch {
  const builder = new RecordBatchBuilder('none')
  builder.append(null, Buffer.from('x'), 0, [])
  return decodeRecordBatch(placedAt(offset, Buffer.from(builder.seal(noProducer))))
}

t.test('the partition whose batches are longest ago comes first', async (t) => {
  const memory = new FetchMemory()
  memory.served(a, [batchAt(0)], 0)
  t.same(memory.inTurn([a, b, c]), [b, c, a])
  memory.served(c, [batchAt(0)], 0)
  t.same(memory.inTurn([a, b, c]), [b, a, c])
  memory.served(b, [], 0)
  t.same(memory.inTurn([a, b, c]), [b, a, c], 'an answer without batches changes nothing')
})

t.test('the epoch of the last record is known at the position after it only', async (t) => {
  const memory = new FetchMemory()
  t.equal(memory.lastEpoch(a), -1)
  const batch = batchAt(5)
  memory.served(a, [batch], 0)
  t.equal(memory.lastEpoch({ ...a, offset: 6 }), batch.partitionLeaderEpoch)
  t.equal(memory.lastEpoch({ ...a, offset: 5 }), -1)
})

t.test('a recommended replica is used for five minutes, or until it fails', async (t) => {
  const memory = new FetchMemory()
  t.equal(memory.replicaOf(a, 0), -1)
  memory.prefer(a, 3, 1000)
  t.equal(memory.replicaOf(a, 300_999), 3)
  t.equal(memory.replicaOf(a, 301_000), -1)
  memory.failed(a, 2000, () => 50)
  t.equal(memory.replicaOf(a, 2000), -1)
})

t.test('a partition in trouble is left alone for growing pauses', async (t) => {
  const memory = new FetchMemory()
  const pauseOf = (failures: number): number => 100 * 2 ** failures
  t.equal(memory.retryAtMs(a), -Infinity)
  memory.failed(a, 1000, pauseOf)
  t.equal(memory.retryAtMs(a), 1100)
  memory.failed(a, 1100, pauseOf)
  t.equal(memory.retryAtMs(a), 1300)
  t.ok(memory.hasFailed(a) && !memory.hasFailed(b))
  t.equal(memory.nextRetryMs([a, b], 1250), 50)
  t.equal(memory.nextRetryMs([a, b], 1300), Infinity)
  memory.served(a, [], 0)
  t.notOk(memory.hasFailed(a))
  t.equal(memory.retryAtMs(a), -Infinity)
})
