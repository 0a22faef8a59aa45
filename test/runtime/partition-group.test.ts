import fc from 'fast-check'
import t from 'tap'
import { PartitionGroup } from '../../lib/runtime/task/partition-group.ts'
import { PriorityQueue } from '../../lib/runtime/task/priority-queue.ts'
import { RecordQueue } from '../../lib/runtime/task/record-queue.ts'
import { streamRecord } from '../../lib/model/stream-record.ts'
import { decodeRecordBatch } from '../../lib/transport/record-batch/decode-record-batches.ts'
import { noProducer, RecordBatchBuilder } from '../../lib/transport/record-batch/record-batch-builder.ts'

function queueOf(topic: string, skipped: (timestamp: number) => boolean = () => false): RecordQueue {
  const reader = {
    reused: null,
    read: (batch: { timestamp(index: number): number }, index: number) => {
      const timestamp = batch.timestamp(index)
      if (timestamp === 666) throw new Error('poison')
      return skipped(timestamp) ? null : streamRecord(topic, index, timestamp)
    },
  }
  return new RecordQueue({ topic, partition: 0 }, { process: () => undefined }, reader)
}

function batchOf(timestamps: readonly number[]) {
  const builder = new RecordBatchBuilder()
  for (const timestamp of timestamps) builder.append(null, null, timestamp, [])
  return decodeRecordBatch(builder.seal(noProducer))
}

function fill(group: PartitionGroup, queue: RecordQueue, timestamps: readonly number[]): void {
  group.add(queue, () => queue.add(batchOf(timestamps), 0, timestamps.length))
}

function drain(group: PartitionGroup): number[] {
  const taken: number[] = []
  for (let queue = group.next(); queue !== undefined; queue = group.next()) {
    taken.push(queue.take().timestamp)
    group.putBack(queue)
  }
  return taken
}

t.test('the smallest head comes first, and each queue keeps its order', async (t) => {
  const left = queueOf('left')
  const right = queueOf('right')
  const group = new PartitionGroup([left, right], 0)
  fill(group, left, [1, 5, 2])
  fill(group, right, [3, 4, 9])
  t.same(drain(group), [1, 3, 4, 5, 2, 9])
  t.equal(left.partitionTime, 5)
})

t.test('all records of all queues come out, whatever their times', async (t) => {
  const times = fc.array(fc.array(fc.nat(100), { minLength: 1 }), { minLength: 1, maxLength: 5 })
  fc.assert(
    fc.property(times, (lists) => {
      const queues = lists.map((_, index) => queueOf(String(index)))
      const group = new PartitionGroup(queues, 0)
      lists.forEach((list, index) => fill(group, queues[index]!, list))
      t.same(drain(group).sort(), lists.flat().sort())
      t.ok(queues.every((queue, index) => queue.position === lists[index]!.length && queue.isEmpty))
    }),
  )
})

t.test('KIP-695: a partition without records is waited for until it is known to have none', async (t) => {
  const left = queueOf('left')
  const right = queueOf('right')
  const group = new PartitionGroup([left, right], 0)
  t.notOk(group.isReady(0), 'nothing to process')
  fill(group, left, [1])
  t.notOk(group.isReady(0), 'the lag of the other is unknown')
  group.setLag(right, 3)
  t.notOk(group.isReady(0), 'the broker has records of it')
  group.setLag(right, 0)
  t.ok(group.isReady(0))
})

t.test('KIP-695: maxTaskIdleMs counts from when the partition ran dry', async (t) => {
  const left = queueOf('left')
  const right = queueOf('right')
  const group = new PartitionGroup([left, right], 100)
  fill(group, left, [1])
  group.setLag(right, 0)
  t.notOk(group.isReady(1000))
  t.notOk(group.isReady(1099))
  t.ok(group.isReady(1100))
  fill(group, right, [1])
  t.ok(group.isReady(1101))
})

t.test('maxTaskIdleMs -1 never waits', async (t) => {
  const left = queueOf('left')
  const group = new PartitionGroup([left, queueOf('right')], -1)
  fill(group, left, [1])
  t.ok(group.isReady(0))
})

t.test('skipped records move the position', async (t) => {
  const queue = queueOf('left', (timestamp) => timestamp < 5)
  const group = new PartitionGroup([queue], 0)
  fill(group, queue, [1, 2])
  t.notOk(group.hasRecords)
  t.equal(queue.position, 2)
  fill(group, queue, [1, 7])
  t.equal(queue.size, 1)
})

t.test('a record that cannot be read fails when its turn comes, and the ones before it are processed', async (t) => {
  const queue = queueOf('left')
  const group = new PartitionGroup([queue], 0)
  fill(group, queue, [1, 666, 3])
  const next = group.next()!
  t.equal(next.take().timestamp, 1)
  t.equal(queue.position, 1, 'the poisoned record would be read again')
  t.throws(() => next.take(), { message: 'poison' })
})

t.test('equal priorities leave in the order of java.util.PriorityQueue', async (t) => {
  const queue = new PriorityQueue<string>(() => 0)
  for (const item of ['a', 'b', 'c', 'd', 'e']) queue.offer(item)
  const polled = Array.from({ length: 5 }, () => queue.poll())
  t.same(polled, ['a', 'e', 'd', 'c', 'b'], 'what the JDK prints')
})
