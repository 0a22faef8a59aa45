import t from 'tap'
import { seededChance } from '../../lib/clock/chance.ts'
import { ManualClock } from '../../lib/clock/manual-clock.ts'
import { StreamsBuilder } from '../../lib/dsl/streams-builder.ts'
import { EmbeddedKafka } from '../../lib/embedded.ts'
import { KafkaStreams } from '../../lib/kafka-streams.ts'
import { topic } from '../../lib/model/topic.ts'
import { Serdes } from '../../lib/serde/serdes.ts'
import { createTopics, produce } from './running.ts'
import { comesTrue, simulate } from './simulated-time.ts'

// KIP-320: an unclean election makes a log lose records that were read, and others take their offsets.

const input = topic('in', { key: Serdes.string, value: Serdes.string })
const place = { topic: 'in', partition: 0 }

async function open(autoOffsetReset: 'earliest' | 'none') {
  const clock = new ManualClock(1_700_000_000_000)
  const cluster = await EmbeddedKafka.open({ clock, chance: seededChance(7) })
  await createTopics(cluster, { in: 1 })
  const seen: string[] = []
  const said: string[] = []
  const builder = new StreamsBuilder()
  builder.stream(input).foreach((value) => void seen.push(value))
  const topology = builder.build()
  const logger = { info: () => undefined, warn: (message: string) => void said.push(message), error: () => undefined }
  const start = async (): Promise<KafkaStreams> => {
    const config = { applicationId: 'app', cluster, logger, commitIntervalMs: 100, autoOffsetReset }
    const streams = new KafkaStreams(topology, config)
    streams.closed.catch(() => undefined)
    await streams.start()
    return streams
  }
  const put = (...values: readonly string[]): Promise<void> => produce(cluster, input, values.map((value) => ['k', value])) // prettier-ignore
  const { broker } = cluster
  const lose = (from: number): void => void broker.truncate(place, from, broker.leaderEpochOf(place) + 1)
  const committed = () => broker.offsets.of('app', [place])[0]
  return { clock, cluster, seen, said, start, put, lose, committed }
}

t.test('a task goes on where the log was cut, with a line of the log, and commits there', async (t) => {
  const { clock, cluster, seen, said, start, put, lose, committed } = await open('earliest')
  await simulate(clock, async () => {
    await using _streams = await start()
    await put('a', 'b', 'c')
    await comesTrue(clock, 'a commit', () => committed()?.offset === 3)
    lose(1)
    await comesTrue(clock, 'a commit of what is left', () => committed()?.offset === 1)
    await put('x', 'y', 'z')
    await comesTrue(clock, 'the next commit', () => committed()?.offset === 4)
    t.equal(committed()?.leaderEpoch, 1)
  })
  t.same(seen, ['a', 'b', 'c', 'x', 'y', 'z'])
  t.match(said, [/Reading of in-0 goes on at offset 1. The log of in-0 was truncated to offset 1, before the position 3/])
  await cluster.close()
})

t.test('a log that was cut, and has at once grown to where it was, is committed there again', async (t) => {
  const { clock, cluster, seen, start, put, lose, committed } = await open('earliest')
  await simulate(clock, async () => {
    await using _streams = await start()
    await put('a', 'b', 'c')
    await comesTrue(clock, 'a commit', () => committed()?.offset === 3)
    lose(2)
    await put('x')
    await comesTrue(clock, 'a commit of what the new leader wrote', () => committed()?.leaderEpoch === 1)
    t.equal(committed()?.offset, 3)
  })
  t.same(seen, ['a', 'b', 'c', 'x'])
  await cluster.close()
})

t.test(
  'a log that was cut while the application was away, and has grown past what it had read, is noticed by the epoch',
  async (t) => {
    const { clock, cluster, seen, start, put, lose, committed } = await open('earliest')
    await simulate(clock, async () => {
      const first = await start()
      await put('a', 'b', 'c')
      await comesTrue(clock, 'a commit', () => committed()?.offset === 3)
      await first.close()
      lose(1)
      await put('x', 'y', 'z')
      await using _second = await start()
      await comesTrue(clock, 'the next commit', () => committed()?.offset === 4)
    })
    t.same(seen, ['a', 'b', 'c', 'x', 'y', 'z'], 'what was left of it is not read again')
    await cluster.close()
  },
)

t.test('without a reset, a truncated log ends the processing', async (t) => {
  const { clock, cluster, start, put, lose, committed } = await open('none')
  cluster.broker.commitOffsets({ groupId: 'app', generationId: -1, memberId: '', groupInstanceId: null }, [
    { ...place, offset: 0, leaderEpoch: -1, metadata: '' },
  ])
  await simulate(clock, async () => {
    const streams = await start()
    await put('a', 'b', 'c')
    await comesTrue(clock, 'a commit', () => committed()?.offset === 3)
    lose(1)
    await t.rejects(streams.closed, {
      code: 'STREAMS_LOG_TRUNCATED',
      message: /The offset reset is none, and the log of in-0 was truncated to offset 1, before the position 3/,
      facts: { topic: 'in', partition: 0, offset: 3, endOffset: 1 },
    })
  })
  await cluster.close()
})
