import t from 'tap'
import { StreamsBuilder } from '../../lib/dsl/streams-builder.ts'
import { EmbeddedKafka } from '../../lib/embedded.ts'
import { KafkaStreams } from '../../lib/kafka-streams.ts'
import { topic } from '../../lib/model/topic.ts'
import { silentLogger } from '../../lib/runtime/logger.ts'
import { groupTopologyHash } from '../../lib/runtime/membership/group-topology.ts'
import { Serdes } from '../../lib/serde/serdes.ts'
import type { Topology } from '../../lib/topology/topology.ts'
import type { Cluster } from '../../lib/transport/cluster.ts'
import { consume, createTopics, produce, until } from './running.ts'

const lines = topic('lines', { key: Serdes.string, value: Serdes.string })
const others = topic('others', { key: Serdes.string, value: Serdes.string })
const passed = topic('passed', { key: Serdes.string, value: Serdes.string })

function small(): Topology {
  const builder = new StreamsBuilder()
  builder.stream(lines).to(passed)
  return builder.build()
}

/** The sub-topology that both have has another number here. */
function large(): Topology {
  const builder = new StreamsBuilder()
  builder.table(others, { name: 'others' }).toStream().foreach(() => undefined) // prettier-ignore
  builder.stream(lines).to(passed)
  return builder.build()
}

function application(cluster: Cluster, topology: Topology, errors: unknown[]): KafkaStreams {
  const fast = { commitIntervalMs: 20, heartbeatIntervalMs: 20, retryBackoffMs: 10, pollMs: 10 }
  const uncaughtExceptionHandler = (error: unknown) => {
    errors.push((error as { code?: string }).code ?? error)
    return 'shutdown-client' as const
  }
  return new KafkaStreams(topology, { applicationId: 'app', cluster, logger: silentLogger, ...fast, uncaughtExceptionHandler })
}

for (const [name, first, second] of [
  ['a larger topology', small, large],
  ['a smaller topology', large, small],
] as const)
  t.test(`${name} joins running instances: it is refused, they go on; alone it may start`, async (t) => {
    await using cluster = await EmbeddedKafka.open()
    await createTopics(cluster, { lines: 2, others: 2, passed: 1 })
    const [errors, newErrors]: [unknown[], unknown[]] = [[], []]
    const running = [application(cluster, first(), errors), application(cluster, first(), errors)]
    for (const each of running) {
      await each.start()
      await until('running', () => each.state === 'running')
    }
    await using newcomer = application(cluster, second(), newErrors)
    await newcomer.start()
    await until('the refusal', () => newcomer.state === 'error')
    t.same(newErrors, ['STREAMS_TOPOLOGY_MISMATCH'])
    await produce(cluster, lines, [['1', 'a'], ['2', 'b'], ['3', 'c']]) // prettier-ignore
    await until('all passed', async () => (await consume(cluster, passed)).length === 3)
    await until('both running', () => running.every(({ state }) => state === 'running'))
    t.same(errors, [])

    for (const each of running) await each.close()
    await using alone = application(cluster, second(), newErrors)
    await alone.start()
    await until('the other topology', () => alone.state === 'running')
    await produce(cluster, lines, [['4', 'd']])
    await until('it goes on', async () => (await consume(cluster, passed)).length === 4)
  })

t.test('a newcomer that leads gives way: the instances that run have another topology', async (t) => {
  const [owner, idle, newcomer] = [
    { topologyHash: 'old', generationId: 3, ownedPartitions: [1] },
    { topologyHash: 'old', generationId: 3, ownedPartitions: [] },
    { topologyHash: 'new', generationId: -1, ownedPartitions: [] },
  ]
  t.equal(groupTopologyHash([newcomer, owner], 'new'), 'old')
  t.equal(groupTopologyHash([newcomer, idle], 'new'), 'old')
  t.equal(groupTopologyHash([newcomer, { ...newcomer, topologyHash: 'other' }], 'other'), 'other')
  t.equal(groupTopologyHash([owner, { ...owner, topologyHash: 'new' }], 'new'), 'new')
})
