import t from 'tap'
import { ManualClock } from '../../../lib/clock/manual-clock.ts'
import { Serdes, StreamsBuilder, topic } from '../../../lib/index.ts'
import { MemoryMetrics } from '../../../lib/metrics/memory-metrics.ts'
import type { Distribution } from '../../../lib/metrics/metrics.ts'
import { TaskExecutor } from '../../../lib/runtime/loop/task-executor.ts'
import { ThreadMeter } from '../../../lib/runtime/metrics/thread-meter.ts'
import { StreamTask } from '../../../lib/runtime/task/stream-task.ts'
import { RecordCacheBudget } from '../../../lib/state/layers/record-cache-budget.ts'
import { MemoryStorageFactory } from '../../../lib/storage/memory/memory-storage.ts'
import { decodeRecordBatch } from '../../../lib/transport/record-batch/decode-record-batches.ts'
import { noProducer, RecordBatchBuilder } from '../../../lib/transport/record-batch/record-batch-builder.ts'
import { FakeTask, managed } from '../task/fake-task.ts'
import { environment, Log } from '../task-fixture.ts'

const words = topic('words', { key: Serdes.string, value: Serdes.string })
const passed = topic('passed', { key: Serdes.string, value: Serdes.string })
const counts = topic('counts', { key: Serdes.string, value: Serdes.long })

/** Passes records on, and counts them in a cache. */
function topology() {
  const builder = new StreamsBuilder()
  const stream = builder.stream(words)
  stream.to(passed)
  stream.groupByKey().count({ store: 'counts' }).toStream().to(counts)
  return builder.build().plan('test')
}

const partition = { topic: 'words', partition: 0 }

function open() {
  const metrics = new MemoryMetrics()
  const clock = new ManualClock(1000)
  const cache = new RecordCacheBudget(1 << 20)
  const task = new StreamTask({
    id: { subtopology: 0, partition: 0 },
    environment: { ...environment, clock, metrics, cache },
    subtopologies: topology().subtopologies,
    partitions: [partition],
    storage: new MemoryStorageFactory().open('task'),
    output: new Log(),
    globalStores: { names: new Set<string>(), store: () => undefined },
  })
  task.open()
  task.start([])
  task.seek(partition, 0)
  const meter = new ThreadMeter({ metrics, clock, threadId: 'test', cache })
  const executor = new TaskExecutor({ tasks: { running: [{ ...managed(new FakeTask('0_0')), task }] }, clock, meter })
  return { task, executor, metrics }
}

function feed(task: StreamTask, records: number): void {
  const builder = new RecordBatchBuilder()
  for (let at = 0; at < records; at++) builder.append(Buffer.from(`key ${at}`), Buffer.from('word'), at, [])
  task.addRecords(partition, decodeRecordBatch(builder.seal(noProducer)), 0, records)
}

/** How many ages were taken, by node. */
function ages(metrics: MemoryMetrics): Readonly<Record<string, number>> {
  const found = metrics.all().filter(({ name }) => name === 'record-e2e-latency')
  return Object.fromEntries(found.map(({ tags, value }) => [tags['processor-node-id'], (value() as Distribution).count]))
}

const written = (metrics: MemoryMetrics, topicName: string): unknown =>
  metrics
    .all()
    .find(({ name, tags }) => name === 'records-produced' && tags['topic-name'] === topicName)
    ?.value()

const [source, passing, counting] = ['KSTREAM-SOURCE-0000000000', 'KSTREAM-SINK-0000000001', 'KSTREAM-SINK-0000000004']

t.test('the first record of each turn is measured, and of a flushed cache the first and one in sixteen after it', (t) => {
  const { task, executor, metrics } = open()
  feed(task, 150)
  executor.process()
  t.match(ages(metrics), { [source]: 2, [passing]: 2, [counting]: 0 }, 'two turns')
  task.postCommit(task.prepareCommit(), 'if-due')
  t.match(ages(metrics), { [source]: 2, [passing]: 2, [counting]: 10 }, 'the cache had 150 rows')
  t.end()
})

t.test('records that come one by one are all measured, and what a punctuation or a record after them writes is not', (t) => {
  const { task, executor, metrics } = open()
  for (let turn = 0; turn < 5; turn++) {
    feed(task, 1)
    executor.process()
  }
  t.match(ages(metrics), { [source]: 5, [passing]: 5 })
  feed(task, 1)
  task.process()
  t.match(ages(metrics), { [source]: 5, [passing]: 5 })
  t.end()
})

t.test('what sinks have written is told at the end of a turn and by a commit', (t) => {
  const { task, executor, metrics } = open()
  feed(task, 150)
  executor.process()
  t.same([written(metrics, 'passed'), written(metrics, 'counts')], [150, 0])
  task.postCommit(task.prepareCommit(), 'if-due')
  t.same([written(metrics, 'passed'), written(metrics, 'counts')], [150, 150])
  t.end()
})
