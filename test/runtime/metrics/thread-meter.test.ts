import t, { type Test } from 'tap'
import { EmbeddedKafka } from '../../../lib/embedded.ts'
import { KafkaStreams, Serdes, StreamsBuilder, Suppressed, TimeWindows, topic } from '../../../lib/index.ts'
import { metricDefinitions } from '../../../lib/metrics/metric-definitions.ts'
import type { Distribution, Metric, RecordingLevel } from '../../../lib/metrics/metrics.ts'
import { silentLogger } from '../../../lib/runtime/logger.ts'
import { createTopics, produce, until } from '../running.ts'

const words = topic('words', { key: Serdes.string, value: Serdes.string })
const counts = topic('counts', { key: Serdes.string, value: Serdes.long })
const closed = topic('closed', { key: Serdes.timeWindowed(Serdes.string, 10), value: Serdes.long })

function topology() {
  const builder = new StreamsBuilder()
  const grouped = builder.stream(words).groupByKey()
  grouped.count({ store: 'counts' }).toStream().to(counts)
  grouped
    .windowedBy(TimeWindows.of({ sizeMs: 10, graceMs: 0 }))
    .count({ store: 'windows' })
    .suppress(Suppressed.untilWindowCloses())
    .toStream()
    .to(closed)
  return builder.build()
}

/** 100 records of five keys in two partitions. The last one closes the windows of its partition. */
const records = Array.from({ length: 100 }, (_, at) => [String(at % 5), 'word', at + 1] as const)

async function run(t: Test, metricsRecordingLevel: RecordingLevel) {
  const cluster = await EmbeddedKafka.open()
  await createTopics(cluster, { words: 2, counts: 1, closed: 1 })
  const timing = { commitIntervalMs: 20, heartbeatIntervalMs: 20, fetchMaxWaitMs: 20 }
  const options = { applicationId: 'app', cluster, logger: silentLogger, ...timing, metricsRecordingLevel }
  const streams = new KafkaStreams(topology(), options)
  t.teardown(async () => {
    await streams.close()
    await cluster.close()
  })
  await streams.start()
  await until('running', () => streams.state === 'running' && streams.localTasks().length === 2)
  await produce(cluster, words, records)
  return { streams, cluster }
}

const found = (metrics: readonly Metric[], group: string, name: string) =>
  metrics.filter((metric) => metric.group === group && metric.name === name)

const sum = (metrics: readonly Metric[]): number =>
  metrics.reduce((total, { kind, value }) => total + (kind === 'counter' ? (value() as number) : 0), 0)

const counted = (metrics: readonly Metric[]): number =>
  metrics.reduce((total, { value }) => total + (value() as Distribution).count, 0)

t.test('the engine fills what it defines, with the tags that it defines, and tells the truth', async (t) => {
  const { streams } = await run(t, 'debug')
  const task = 'stream-task-metrics'
  await until('all are processed', () => sum(found(streams.metrics(), task, 'process')) === records.length)
  await until('a commit', () => counted(found(streams.metrics(), 'stream-topic-metrics', 'none')) === 0 && lag() === 0)
  const metrics = streams.metrics()

  function lag(): number {
    const lags = found(streams.metrics(), 'consumer-fetch-manager-metrics', 'records-lag')
    return lags.reduce((total, { value }) => total + Number(value()), 0)
  }

  const known = new Map(metricDefinitions.map((each) => [`${each.group} ${each.name}`, each]))
  for (const { group, name, kind, tags } of metrics) {
    const definition = known.get(`${group} ${name}`)
    t.equal(definition?.kind, kind, `${group} ${name} is defined`)
    const scoped = Object.keys(tags).map((tag) => (tag.endsWith('-state-id') ? '<scope>-state-id' : tag))
    t.same(scoped.sort(), [...(definition?.tags ?? [])].sort(), `${group} ${name} has the tags of its definition`)
  }
  t.equal(sum(found(metrics, 'stream-thread-metrics', 'process')), records.length)
  t.equal(sum(found(metrics, 'stream-topic-metrics', 'records-consumed')), records.length)
  t.ok(sum(found(metrics, 'stream-topic-metrics', 'bytes-consumed')) > records.length)
  const produced = found(metrics, 'stream-topic-metrics', 'records-produced')
  t.ok(
    produced.some(({ tags }) => tags['topic-name'] === 'counts'),
    'by topic',
  )
  t.ok(counted(found(metrics, 'stream-processor-node-metrics', 'record-e2e-latency')) > 0)
  t.ok(counted(found(metrics, 'stream-state-metrics', 'put-latency')) >= records.length, 'calls of stores')
  const nodes = found(metrics, 'stream-processor-node-metrics', 'process')
  t.ok(
    nodes.some(({ value }) => Number(value()) > 0),
    'nodes',
  )
  t.same(
    found(metrics, 'stream-metrics', 'state').map(({ value }) => value()),
    ['running'],
  )
  t.same(
    found(metrics, 'stream-thread-metrics', 'thread-state').map(({ value }) => value()),
    [1],
  )
  t.same(
    found(metrics, task, 'state').map(({ value }) => value()),
    ['running', 'running'],
  )
  const held = found(metrics, task, 'store-size-bytes').map(({ value }) => Number(value()))
  t.equal(held.length, 2)
  t.ok(Math.min(...held) > 100, 'each task has rows in memory')
  t.equal(sum(found(metrics, 'consumer-coordinator-metrics', 'rebalance')) > 0, true)
  t.equal(sum(found(metrics, 'stream-thread-metrics', 'task-created')), 2)
  await streams.close()
  t.equal(sum(found(streams.metrics(), 'stream-thread-metrics', 'task-closed')), 2)
  t.same(found(streams.metrics(), task, 'state'), [], 'tasks that are closed have no metrics')
})

t.test('what is restored is counted, and what remains', async (t) => {
  const { streams, cluster } = await run(t, 'info')
  await until('processed', () => sum(found(streams.metrics(), 'stream-task-metrics', 'process')) === records.length)
  await streams.close()
  const again = new KafkaStreams(topology(), { applicationId: 'app', cluster, logger: silentLogger })
  t.teardown(() => again.close())
  await again.start()
  await until('running again', () => again.state === 'running' && again.localTasks().length === 2)
  t.ok(sum(found(again.metrics(), 'stream-task-metrics', 'restore')) > 0)
  const remaining = found(again.metrics(), 'stream-task-metrics', 'restore-remaining-records-total')
  t.same(
    remaining.map(({ value }) => value()),
    [0, 0],
  )
  t.same(found(again.metrics(), 'stream-state-metrics', 'put-latency'), [], 'calls of stores are timed with `debug` only')
})

t.test('off: nothing is timed', async (t) => {
  const { streams } = await run(t, 'off')
  await until('processed', () => streams.metrics().every(({ name }) => name !== 'process') && streams.state === 'running')
  t.same(
    streams.metrics().filter(({ kind }) => kind === 'histogram'),
    [],
  )
})
