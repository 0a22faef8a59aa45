import t from 'tap'
import { seededChance } from '../../lib/clock/chance.ts'
import { StreamsBuilder } from '../../lib/dsl/streams-builder.ts'
import { EmbeddedKafka } from '../../lib/embedded.ts'
import { KafkaStreams } from '../../lib/kafka-streams.ts'
import { topic } from '../../lib/model/topic.ts'
import { silentLogger } from '../../lib/runtime/logger.ts'
import { nullable } from '../../lib/serde/nullable-serde.ts'
import { Serdes } from '../../lib/serde/serdes.ts'
import { openLmdbStorage } from '../../lib/storage/lmdb/open-lmdb-storage.ts'
import type { Faults } from './faulty-cluster.ts'
import { faultyCluster, noFaults } from './faulty-cluster.ts'
import { consume, createTopics, produce, until } from './running.ts'

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
  'heartbeats of a fenced member': { heartbeatFenced: 0.2 },
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

const seed = Number(process.env['SEED'] ?? 7)

for (const [name, kinds] of Object.entries(faultKinds))
  t.test(`nothing is lost: ${name}`, async (t) => {
    await using cluster = await EmbeddedKafka.open()
    await createTopics(cluster, { users: 2, transfers: 2, enriched: 1 })
    const chance = seededChance(seed)
    const faults: Faults = { chance, injected: 0, ...noFaults, ...kinds }
    const storage = await openLmdbStorage(t.testdir())
    await using streams = new KafkaStreams(enricher(), {
      applicationId: 'app',
      cluster: faultyCluster(cluster, faults),
      storage,
      logger: silentLogger,
      commitIntervalMs: 5,
      heartbeatIntervalMs: 10,
      retryBackoffMs: 1,
      uncaughtExceptionHandler: () => 'replace-thread',
    })
    await streams.start()
    const expected = new Map<string, string>()
    const names = new Map<string, string>()
    for (let round = 0; round < 30; round++) {
      const rows = Array.from({ length: 10 }, () => {
        const transfer = String(Math.floor(chance.float() * 40))
        return [transfer, `u${Math.floor(chance.float() * 5)}:${round}`] as const
      })
      const user = `u${Math.floor(chance.float() * 5)}`
      await produce(cluster, transfers, rows)
      await produce(cluster, users, [[user, `name${round}`]])
      for (const [key, value] of rows) expected.set(key, value)
      names.set(user, `name${round}`)
      // The application works meanwhile, or there would be nothing to fail.
      await new Promise((resolve) => setTimeout(resolve, 6))
    }
    Object.assign(faults, noFaults)
    const outcome = () =>
      [...expected].map(([key, value]) => [key, `${value} ${names.get(value.split(':')[0]!) ?? '?'}`] as const)
    const actual = async () => new Map(await consume(cluster, enriched))
    await until('the outcome of all updates', async () => {
      const found = await actual()
      return outcome().every(([key, value]) => found.get(key) === value)
    }).catch(async () => t.same(await actual(), new Map(outcome())))
    t.ok(faults.injected > 0, `${faults.injected} faults`)
    t.same(Object.fromEntries(await actual()), Object.fromEntries(outcome()))
  })
