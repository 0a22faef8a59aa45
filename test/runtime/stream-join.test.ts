import t from 'tap'
import { JoinWindows } from '../../lib/dsl/windows/join-windows.ts'
import { StreamsBuilder } from '../../lib/dsl/streams-builder.ts'
import { EmbeddedKafka } from '../../lib/embedded.ts'
import { KafkaStreams } from '../../lib/kafka-streams.ts'
import { topic } from '../../lib/model/topic.ts'
import { silentLogger } from '../../lib/runtime/logger.ts'
import { Serdes } from '../../lib/serde/serdes.ts'
import type { Topology } from '../../lib/topology/topology.ts'
import type { Cluster } from '../../lib/transport/cluster.ts'
import { consume, createTopics, produce, until } from './running.ts'

const text = (name: string) => topic(name, { key: Serdes.string, value: Serdes.string })
const [views, clicks, out] = [text('views'), text('clicks'), text('out')]

/** Clicks come with their view's id; those of both topics meet on as many partitions as views have. */
function viewsWithClicks(): Topology {
  const builder = new StreamsBuilder()
  const byView = builder.stream(clicks).selectKey((click) => click.slice(0, 2))
  const windows = JoinWindows.of({ beforeMs: 0, afterMs: 100, graceMs: 10 })
  const joiner = (view: string, click: string | null): string => `${view}, ${click ?? 'no click'}`
  builder.stream(views).leftJoin(byView, joiner, windows, { name: 'vc' }).to(out)
  return builder.build()
}

function application(cluster: Cluster): KafkaStreams {
  const fast = { commitIntervalMs: 20, heartbeatIntervalMs: 20, retryBackoffMs: 10, pollMs: 10, emitIntervalMs: 0 }
  return new KafkaStreams(viewsWithClicks(), { applicationId: 'app', cluster, logger: silentLogger, ...fast })
}

t.test('a left join over several partitions: views wait for clicks over a restart, and give up in the end', async (t) => {
  await using cluster = await EmbeddedKafka.open()
  await createTopics(cluster, { views: 3, clicks: 1, out: 1 })
  const ids = ['v0', 'v1', 'v2', 'v3', 'v4', 'v5']
  const results = async (): Promise<string[]> => (await consume(cluster, out)).map(([, value]) => value!).toSorted()
  {
    await using streams = application(cluster)
    await streams.start()
    await produce(cluster, views, ids.map((id) => [id, `view ${id}`, 1000] as const)) // prettier-ignore
    await produce(cluster, clicks, [['x', 'v0 early', 900], ['x', 'v1 click', 1050]]) // prettier-ignore
    await until('the first pair', async () => (await results()).length === 1)
  }
  await using streams = application(cluster)
  await streams.start()
  await produce(cluster, clicks, [['x', 'v2 click', 1100], ['x', 'v3 late', 1101]]) // prettier-ignore
  await until('the second pair', async () => (await results()).length === 2)
  // Later views move the time of every partition.
  await produce(cluster, views, ids.map((id) => [id, `later ${id}`, 9000] as const)) // prettier-ignore
  await until('six views', async () => (await results()).length === 6)
  t.same(await results(), [
    'view v0, no click',
    'view v1, v1 click',
    'view v2, v2 click',
    'view v3, no click',
    'view v4, no click',
    'view v5, no click',
  ])
})
