import t from 'tap'
import type { Test } from 'tap'
import type { Chance } from '../../lib/clock/chance.ts'
import { seededChance } from '../../lib/clock/chance.ts'
import { sleep } from '../../lib/clock/clock.ts'
import { ManualClock } from '../../lib/clock/manual-clock.ts'
import { StreamsBuilder } from '../../lib/dsl/streams-builder.ts'
import { EmbeddedKafka } from '../../lib/embedded.ts'
import { KafkaStreams } from '../../lib/kafka-streams.ts'
import { topic } from '../../lib/model/topic.ts'
import { silentLogger } from '../../lib/runtime/logger.ts'
import { nullable } from '../../lib/serde/nullable-serde.ts'
import { Serdes } from '../../lib/serde/serdes.ts'
import type { Cluster } from '../../lib/transport/cluster.ts'
import { openLmdbStorage } from '../../lib/storage/lmdb/open-lmdb-storage.ts'
import type { Faults } from './faulty-cluster.ts'
import { faultyCluster, noFaults } from './faulty-cluster.ts'
import { consume, createTopics, produce } from './running.ts'
import { comesTrue, simulate } from './simulated-time.ts'

const users = topic('users', { key: Serdes.string, value: Serdes.string })
const transfers = topic('transfers', { key: Serdes.string, value: Serdes.string })
const enriched = topic('enriched', { key: Serdes.string, value: nullable(Serdes.string) })

/** Transfers `user:amount` with the name of their user: stateful on both sides, with repartitioning, and its outcome is the last state. */
function enricher() {
  const builder = new StreamsBuilder()
  const names = builder.table(users)
  builder
    .table(transfers)
    .leftJoin(
      names,
      (transfer) => transfer.split(':')[0]!,
      (transfer, name) => `${transfer} ${name ?? '?'}`,
    )
    .toStream()
    .to(enriched)
  return builder.build()
}

const faultKinds: Readonly<Record<string, Partial<Faults>>> = {
  'commits refused, as in a rebalance': { commitRebalance: 0.5 },
  'commits of a fenced member': { commitFenced: 0.3 },
  'commits whose answer is lost': { commitUnanswered: 0.5 },
  'heartbeats of a fenced member': { heartbeatFenced: 0.4 },
  'sends that fail, or whose answer is lost': { sendFailed: 0.1 },
  'fetches that fail': { fetchFailed: 0.3 },
  'all at once': {
    commitRebalance: 0.1,
    commitFenced: 0.1,
    commitUnanswered: 0.1,
    heartbeatFenced: 0.05,
    sendFailed: 0.03,
    fetchFailed: 0.1,
  },
}

/** Runs the enricher while calls fail. Time is simulated, so that all of it follows from the seed. */
async function run(t: Test, kinds: Partial<Faults>, seed: number) {
  const clock = new ManualClock(1_000_000)
  const chance = seededChance(seed)
  await using cluster = await EmbeddedKafka.open({ clock, chance })
  const faults = { chance, injected: 0, trace: [], ...noFaults, ...kinds } satisfies Faults
  const storage = await openLmdbStorage(t.testdir())
  return simulate(clock, async () => {
    await createTopics(cluster, { users: 2, transfers: 2, enriched: 1 })
    await using streams = new KafkaStreams(enricher(), { ...quick, cluster: faultyCluster(cluster, faults), storage })
    await streams.start()
    const expected = await feed(cluster, chance)
    Object.assign(faults, noFaults)
    const outcome = async () => Object.fromEntries(await consume(cluster, enriched))
    await comesTrue(clock, 'the outcome of all updates', async () => {
      const found = await outcome()
      return Object.entries(expected).every(([key, value]) => found[key] === value)
    }).catch(() => undefined)
    return { expected, actual: await outcome(), injected: faults.injected, trace: faults.trace }
  })
}

const quick = {
  applicationId: 'app',
  logger: silentLogger,
  commitIntervalMs: 5,
  heartbeatIntervalMs: 10,
  retryBackoffMs: 1,
  uncaughtExceptionHandler: () => 'replace-thread' as const,
}

/** Sends transfers and users, while the application works, and answers the last state of each transfer. */
async function feed(cluster: Cluster, chance: Chance): Promise<Record<string, string>> {
  const updates = new Map<string, string>()
  const names = new Map<string, string>()
  for (let round = 0; round < 60; round++) {
    const rows = Array.from({ length: 10 }, () => {
      const transfer = String(Math.floor(chance.float() * 40))
      return [transfer, `u${Math.floor(chance.float() * 5)}:${round}`] as const
    })
    const user = `u${Math.floor(chance.float() * 5)}`
    await produce(cluster, transfers, rows)
    await produce(cluster, users, [[user, `name${round}`]])
    for (const [key, value] of rows) updates.set(key, value)
    names.set(user, `name${round}`)
    // The application works meanwhile, or there would be nothing to fail.
    await sleep(cluster.clock, 6)
  }
  return Object.fromEntries([...updates].map(([key, value]) => [key, `${value} ${names.get(value.split(':')[0]!) ?? '?'}`]))
}

const seeds = process.env['SEED'] === undefined ? [7, 8] : [Number(process.env['SEED'])]

for (const [name, kinds] of Object.entries(faultKinds))
  t.test(`nothing is lost: ${name}`, async (t) => {
    for (const seed of seeds) {
      const { expected, actual, injected } = await run(t, kinds, seed)
      t.ok(injected > 0, `${injected} faults of seed ${seed}`)
      t.same(actual, expected, `seed ${seed}`)
    }
  })

t.test('a seed replays a run: the same calls at the same times, and another seed has others', async (t) => {
  // Each send that fails ends a thread, and the next one waits longer: of a run with many of them little is left to compare.
  const kinds = { ...faultKinds['all at once'], sendFailed: 0.01 }
  const first = await run(t, kinds, 7)
  const second = await run(t, kinds, 7)
  t.ok(first.trace.length > 500, `${first.trace.length} calls`)
  t.same(second, first)
  t.not((await run(t, kinds, 8)).trace.join(), first.trace.join())
})
