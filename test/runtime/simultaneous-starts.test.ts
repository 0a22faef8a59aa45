import t from 'tap'
import { seededChance } from '../../lib/clock/chance.ts'
import { sleep } from '../../lib/clock/clock.ts'
import { ManualClock } from '../../lib/clock/manual-clock.ts'
import { StreamsBuilder } from '../../lib/dsl/streams-builder.ts'
import { EmbeddedKafka } from '../../lib/embedded.ts'
import { KafkaStreams } from '../../lib/kafka-streams.ts'
import { topic } from '../../lib/model/topic.ts'
import { silentLogger } from '../../lib/runtime/logger.ts'
import { Serdes } from '../../lib/serde/serdes.ts'
import type { Cluster } from '../../lib/transport/cluster.ts'
import { consume, createTopics, produce } from './running.ts'
import { comesTrue, simulate } from './simulated-time.ts'

const words = topic('words', { key: Serdes.string, value: Serdes.string })
const counts = topic('counts', { key: Serdes.string, value: Serdes.long })
const backlog = Array.from({ length: 420 }, (_, number) => [`${number % 7}`, 'word'] as const)

function counting() {
  const builder = new StreamsBuilder()
  builder.stream(words).groupByKey().count({ store: 'counts' }).toStream().to(counts)
  return builder.build()
}

/**
 * Two instances start at times that the seed says, while records wait for them. Resolves to the last counts, to the warnings, and to
 * the commits that were sent between a join and the answer to its sync.
 */
async function run(seed: number) {
  const clock = new ManualClock(1_000_000)
  const chance = seededChance(seed)
  await using cluster = await EmbeddedKafka.open({ clock, chance })
  const warnings: string[] = []
  const ungated: string[] = []
  const logger = { ...silentLogger, warn: (message: string) => void warnings.push(message) }
  const config = {
    applicationId: 'app',
    cluster: late(cluster, chance, ungated),
    logger,
    commitIntervalMs: 30,
    heartbeatIntervalMs: 10,
    retryBackoffMs: 5,
  }
  return simulate(clock, async () => {
    await createTopics(cluster, { words: 4, counts: 1 })
    await produce(cluster, words, backlog)
    await using first = new KafkaStreams(counting(), config)
    await using second = new KafkaStreams(counting(), config)
    await Promise.all([first.start(), sleep(clock, Math.floor(chance.float() * 40)).then(() => second.start())])
    const last = async () => Object.fromEntries(await consume(cluster, counts))
    const isComplete = async () =>
      Object.values(await last()).reduce<number>((sum, count) => sum + Number(count ?? 0), 0) >= backlog.length
    await comesTrue(clock, 'all counts', isComplete)
    await sleep(clock, 200)
    return { counts: await last(), warnings, ungated }
  })
}

/** Requests take some milliseconds each, as the seed says. */
function late(cluster: Cluster, chance: ReturnType<typeof seededChance>, ungated: string[]): Cluster {
  const pause = () => sleep(cluster.clock, Math.floor(chance.float() * 8))
  return {
    description: 'late',
    clock: cluster.clock,
    chance,
    admin: (options) => cluster.admin(options),
    fetcher: (options) => cluster.fetcher(options),
    producer: (options) => cluster.producer(options),
    transactionalProducer: (options) => cluster.transactionalProducer(options),
    async groupCoordinator(options) {
      const inner = await cluster.groupCoordinator(options)
      let isJoining = false
      return {
        join: async (request, onMemberId) => {
          isJoining = true
          await pause()
          return inner.join(request, onMemberId)
        },
        sync: async (identity, assignments) => {
          await pause()
          const assignment = await inner.sync(identity, assignments)
          isJoining = false
          return assignment
        },
        heartbeat: async (identity) => (await pause(), inner.heartbeat(identity)),
        leave: async (identity) => (await pause(), inner.leave(identity)),
        commitOffsets: async (identity, offsets) => {
          if (isJoining) ungated.push(identity.memberId)
          await pause()
          return inner.commitOffsets(identity, offsets)
        },
        close: () => inner.close(),
      }
    },
  }
}

const seeds = Number(process.env['SEEDS'] ?? 10)

t.test('two instances that start at once with a backlog count each record once, and lose no task', async (t) => {
  const right = Object.fromEntries(Array.from({ length: 7 }, (_, key) => [`${key}`, 60n]))
  for (let seed = 1; seed <= seeds; seed++) {
    const { counts: found, warnings, ungated } = await run(seed)
    const asText = (all: object): string => Object.entries(all).map(([key, count]) => `${key}:${String(count)}`).sort().join(' ') // prettier-ignore
    t.equal(asText(found), asText(right), `seed ${seed}`)
    t.same([warnings, ungated], [[], []], `seed ${seed}`)
  }
})
