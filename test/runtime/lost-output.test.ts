import t from 'tap'
import { seededChance } from '../../lib/clock/chance.ts'
import { StreamsBuilder } from '../../lib/dsl/streams-builder.ts'
import { JoinWindows } from '../../lib/dsl/windows/join-windows.ts'
import { Suppressed } from '../../lib/dsl/windows/suppressed.ts'
import { EmbeddedKafka } from '../../lib/embedded.ts'
import { KafkaStreams } from '../../lib/kafka-streams.ts'
import { topic } from '../../lib/model/topic.ts'
import { silentLogger } from '../../lib/runtime/logger.ts'
import { nullable } from '../../lib/serde/nullable-serde.ts'
import { Serdes } from '../../lib/serde/serdes.ts'
import type { Cluster } from '../../lib/transport/cluster.ts'
import { faultyCluster, noFaults } from './faulty-cluster.ts'
import { consume, createTopics, produce, until, type Row } from './running.ts'

const text = { key: Serdes.string, value: Serdes.string }
const left = topic('left', text)
const right = topic('right', text)
const results = topic('results', { key: Serdes.string, value: nullable(Serdes.string) })
const both = (one: string, two: string | null): string => `${one}+${two}`

interface Case {
  readonly build: (builder: StreamsBuilder) => void
  /** What comes to `left` before, and is committed. */
  readonly before: readonly Row<string, string>[]
  /** How many results there are by then. */
  readonly resultsBefore: number
  /** What comes to `left` while only changelogs are written. */
  readonly lost: readonly Row<string, string>[]
  readonly expected: readonly Row<string, string>[]
}

/** Each changes a store, and the store is all that knows of the output which is due. */
const cases: Readonly<Record<string, Case>> = {
  'the deletion of a foreign-key join': {
    build: (builder) =>
      builder
        .table(left)
        .leftJoin(builder.table(right), (value) => value, both)
        .toStream()
        .to(results),
    before: [['k', 'r', 1]],
    resultsBefore: 1,
    lost: [['k', null, 2]],
    expected: [['k', 'r+null'], ['k', null]], // prettier-ignore
  },
  'a row that moves to another group': {
    build: (builder) =>
      builder
        .table(left)
        .groupBy((value) => ({ key: value, value }), text)
        .count()
        .mapValues((count) => String(count))
        .toStream()
        .to(results),
    before: [['k', 'a', 1]],
    resultsBefore: 1,
    lost: [['k', 'b', 2]],
    expected: [['a', '1'], ['a', '0'], ['b', '1']], // prettier-ignore
  },
  'what a suppressed table held back': {
    build: (builder) => builder.table(left).suppress(Suppressed.untilTimeLimit(100)).toStream().to(results),
    before: [['k', 'held', 1]],
    resultsBefore: 0,
    lost: [['next', 'x', 200]],
    expected: [['k', 'held']],
  },
  'a record of a stream join that found no partner': {
    build: (builder) =>
      builder
        .stream(left)
        .leftJoin(builder.stream(right), both, JoinWindows.of({ timeDifferenceMs: 10, graceMs: 0 }), text)
        .to(results),
    before: [['k', 'alone', 1]],
    resultsBefore: 0,
    lost: [['next', 'x', 200]],
    expected: [['k', 'alone+null']],
  },
}

const fast = { emitIntervalMs: 0, commitIntervalMs: 20, heartbeatIntervalMs: 20, retryBackoffMs: 10, pollMs: 10 }

function application(cluster: Cluster, build: Case['build']): KafkaStreams {
  const builder = new StreamsBuilder()
  build(builder)
  return new KafkaStreams(builder.build(), { applicationId: 'app', cluster, logger: silentLogger, ...fast })
}

for (const [name, { build, before, resultsBefore, lost, expected }] of Object.entries(cases))
  t.test(`${name} comes after a restart, though all changelogs were written and the output was not`, async (t) => {
    await using cluster = await EmbeddedKafka.open()
    await createTopics(cluster, { left: 1, right: 1, results: 1 })
    let isCutOff = false
    const faulty = faultyCluster(cluster, {
      ...noFaults,
      chance: seededChance(1),
      injected: 0,
      refusal: 'fatal',
      refuses: (topic) => isCutOff && !topic.endsWith('-changelog'),
    })
    {
      await using streams = application(faulty, build)
      await streams.start()
      await produce(cluster, left, before)
      await until('the first results', async () => (await consume(cluster, results)).length === resultsBefore)
      await committed(cluster)
      isCutOff = true
      await produce(cluster, left, lost)
      await t.rejects(streams.closed, { code: 'STREAMS_SEND_FAILED' })
    }
    await using streams = application(cluster, build)
    await streams.start()
    await until('the output', async () => (await consume(cluster, results)).length >= expected.length)
    t.same(await consume(cluster, results), expected)
  })

/** All that has come to the application is committed, also in the topics between its tasks. */
async function committed(cluster: Cluster): Promise<void> {
  const admin = await cluster.admin({ clientId: 'test' })
  const isRead = (name: string): boolean => name === left.name || /-(repartition|topic)$/.test(name)
  await until('a commit', async () => {
    const inputs = (await admin.metadata()).filter(({ name }) => isRead(name))
    const partitions = inputs.flatMap(({ name, partitions }) => partitions.map(({ partition }) => ({ topic: name, partition })))
    const ends = await admin.listOffsets(partitions, 'latest')
    const places = await admin.committedOffsets('app', partitions, 'any')
    return ends.every(
      ({ topic, offset }) => offset === 0 || places.some((place) => place.topic === topic && place.offset === offset),
    )
  })
  await admin.close()
}
