import t from 'tap'
import { StreamsBuilder } from '../../lib/dsl/streams-builder.ts'
import { EmbeddedKafka } from '../../lib/embedded.ts'
import { KafkaStreams } from '../../lib/kafka-streams.ts'
import type { TransportErrorKind } from '../../lib/model/errors.ts'
import { TransportError } from '../../lib/model/errors.ts'
import { topic } from '../../lib/model/topic.ts'
import { silentLogger } from '../../lib/runtime/logger.ts'
import type { StreamsOptions } from '../../lib/runtime/streams-config.ts'
import { Serdes } from '../../lib/serde/serdes.ts'
import { openLmdbStorage } from '../../lib/storage/lmdb/open-lmdb-storage.ts'
import { committedRecords } from '../../lib/testing/simulation/committed-records.ts'
import type { Topology } from '../../lib/topology/topology.ts'
import type { Cluster } from '../../lib/transport/cluster.ts'
import type { EmbeddedCluster } from '../../lib/transport/embedded/embedded-cluster.ts'
import type { TransactionalProducer } from '../../lib/transport/producer.ts'
import { openProducer } from '../../lib/transport/topic-clients/open-topic-clients.ts'
import { createTopics, produce, until } from './running.ts'

const input = topic('in', { key: Serdes.string, value: Serdes.string })
const counts = topic('counts', { key: Serdes.string, value: Serdes.long })

/** Counts the values of each key. `look` sees each value before; `made` is called for each processor that is made. */
function counting(look: (value: string) => void = () => undefined, made: () => void = () => undefined): Topology {
  const builder = new StreamsBuilder()
  builder
    .stream(input)
    .processValues(() => {
      made()
      return { process: (record, context) => (look(record.value), context.forward(record)) }
    })
    .groupByKey()
    .count({ store: { name: 'counted', caching: 'disabled' } })
    .toStream()
    .to(counts)
  return builder.build()
}

function application(cluster: Cluster, topology: Topology, config: Partial<StreamsOptions> = {}): KafkaStreams {
  const fast = { heartbeatIntervalMs: 20, retryBackoffMs: 10, pollMs: 10, fetchMaxWaitMs: 20, logger: silentLogger }
  const exactly = { processingGuarantee: 'exactly_once_v2', uncaughtExceptionHandler: () => 'replace-thread' as const } as const
  return new KafkaStreams(topology, { applicationId: 'app', cluster, ...fast, ...exactly, ...config })
}

/** What readers of committed records see of the counts, by key. */
function seen({ broker }: EmbeddedCluster): Record<string, number[]> {
  const rows: Record<string, number[]> = {}
  for (const partition of broker.topics.topic('counts').partitions.keys())
    for (const { batch, index } of committedRecords(broker, { topic: 'counts', partition })) {
      const key = Buffer.from(batch.key(index)!).toString()
      rows[key] = [...(rows[key] ?? []), Number(Buffer.from(batch.value(index)!).readBigInt64BE())]
    }
  return rows
}

const total = (rows: Record<string, number[]>): number => Object.values(rows).reduce((sum, { length }) => sum + length, 0)

const upTo = (end: number): number[] => Array.from({ length: end }, (_, index) => index + 1)

async function write(cluster: Cluster, from: number, end: number): Promise<void> {
  const rows = Array.from({ length: end - from }, (_, index) => [`k${(from + index) % 4}`, `v${from + index}`] as const)
  await produce(cluster, input, rows)
}

async function settled(cluster: EmbeddedCluster, records: number): Promise<void> {
  await until(`${records} counts`, () => total(seen(cluster)) >= records)
  // What comes twice would come now.
  await new Promise((resolve) => setTimeout(resolve, 100))
}

t.test('results are committed as soon as the input is processed, not only after the interval', async (t) => {
  await using cluster = await EmbeddedKafka.open()
  await createTopics(cluster, { in: 2, counts: 2 })
  await using streams = application(cluster, counting(), { commitIntervalMs: 9000 })
  await streams.start()
  await write(cluster, 0, 8)
  await settled(cluster, 8)
  t.same(seen(cluster), { k0: [1, 2], k1: [1, 2], k2: [1, 2], k3: [1, 2] })
})

t.test('a record whose processing fails is processed again, with all that was not committed, and nothing twice', async (t) => {
  await using cluster = await EmbeddedKafka.open()
  await createTopics(cluster, { in: 2, counts: 2 })
  let failures = 0
  const look = (value: string): void => {
    if (value === 'v13' && failures++ < 3) throw new Error('a failure of this test')
  }
  await using streams = application(cluster, counting(look))
  await write(cluster, 0, 40)
  await streams.start()
  await settled(cluster, 40)
  t.equal(failures, 4)
  for (const rows of Object.values(seen(cluster))) t.same(rows, upTo(10))
})

interface Fault {
  readonly call: 'send' | 'sendOffsets' | 'commit'
  readonly when: 'before' | 'after'
  readonly kind: TransportErrorKind
}

/** A cluster on which the third of these calls fails, before or after it has taken effect. */
function faulty(cluster: Cluster, { call, when, kind }: Fault): Cluster {
  let calls = 0
  const fail = (): void => {
    throw new TransportError('TRANSPORT_REQUEST_TIMED_OUT', kind, 'A fault of this test.')
  }
  const at = async <T>(name: Fault['call'], work: () => Promise<T>): Promise<T> => {
    const fails = name === call && ++calls === 3
    if (fails && when === 'before') fail()
    const result = await work()
    if (fails) fail()
    return result
  }
  return {
    description: 'faulty',
    clock: cluster.clock,
    chance: cluster.chance,
    admin: (options) => cluster.admin(options),
    fetcher: (options) => cluster.fetcher(options),
    producer: (options) => cluster.producer(options),
    groupCoordinator: (options) => cluster.groupCoordinator(options),
    async transactionalProducer(options): Promise<TransactionalProducer> {
      const inner = await cluster.transactionalProducer(options)
      return {
        newBatch: () => inner.newBatch(),
        init: () => inner.init(),
        begin: () => inner.begin(),
        send: (partition, batch) => at('send', () => inner.send(partition, batch)),
        sendOffsets: (offsets, group) => at('sendOffsets', () => inner.sendOffsets(offsets, group)),
        commit: () => at('commit', () => inner.commit()),
        abort: () => inner.abort(),
        close: () => inner.close(),
      }
    },
  }
}

for (const call of ['send', 'sendOffsets', 'commit'] as const)
  for (const when of ['before', 'after'] as const)
    for (const kind of ['retriable', 'abortable', 'fenced'] as const)
      t.test(`${call} that fails as ${kind} ${when} its effect loses nothing, and writes nothing twice`, async (t) => {
        await using cluster = await EmbeddedKafka.open()
        await createTopics(cluster, { in: 2, counts: 2 })
        await using streams = application(faulty(cluster, { call, when, kind }), counting(), { commitIntervalMs: 5 })
        await streams.start()
        for (let from = 0; from < 40; from += 4) await write(cluster, from, from + 4)
        await settled(cluster, 40)
        for (const rows of Object.values(seen(cluster))) t.same(rows, upTo(10))
        t.equal(streams.state, 'running')
      })

t.test('a transaction that the coordinator has given up is undone, and the application goes on', async (t) => {
  await using cluster = await EmbeddedKafka.open()
  await createTopics(cluster, { in: 1, counts: 1 })
  let isSlow = true
  const look = (value: string): void => {
    if (value !== 'v5' || !isSlow) return
    isSlow = false
    const end = Date.now() + 400
    while (Date.now() < end);
  }
  const short = { transactionTimeoutMs: 200, commitIntervalMs: 150 }
  await using streams = application(cluster, counting(look), short)
  await streams.start()
  await write(cluster, 0, 20)
  await settled(cluster, 20)
  for (const rows of Object.values(seen(cluster))) t.same(rows, upTo(5))
})

t.test('the next start goes on from what is stored, and a crash of user code restores nothing', async (t) => {
  await using cluster = await EmbeddedKafka.open()
  await createTopics(cluster, { in: 1, counts: 1 })
  const storage = await openLmdbStorage(t.testdir())
  const starts: number[] = []
  const listener = { onRestoreStart: (_: unknown, __: string, start: number) => void starts.push(start) }
  let fails = false
  const look = (value: string): void => {
    if (fails && value === 'v30') {
      fails = false
      throw new Error('a failure of this test')
    }
  }
  const config = { storage, defaultStoreMedium: 'disk', stateRestoreListener: listener } as const
  {
    await using streams = application(cluster, counting(look), config)
    await streams.start()
    await write(cluster, 0, 20)
    await settled(cluster, 20)
  }
  await using streams = application(cluster, counting(look), config)
  await streams.start()
  await until('running', () => streams.state === 'running')
  fails = true
  await write(cluster, 20, 40)
  await settled(cluster, 40)
  for (const rows of Object.values(seen(cluster))) t.same(rows, upTo(10))
  t.equal(starts[0], 0, 'nothing was stored before the first start')
  t.equal(starts.length, 2, 'one restore for each start')
  t.ok(starts[1]! >= 20, `the second begins at ${starts[1]}`)
})

t.test('an abort does not forget that a partition has nothing to read: its task goes on with the others', async (t) => {
  await using cluster = await EmbeddedKafka.open()
  await createTopics(cluster, { in: 1, silent: 1, counts: 1 })
  const builder = new StreamsBuilder()
  const silent = builder.stream(topic('silent', { key: Serdes.string, value: Serdes.string }))
  builder
    .stream(input)
    .merge(silent)
    .groupByKey({ key: Serdes.string, value: Serdes.string })
    .count({ store: { name: 'counted', caching: 'disabled' } })
    .toStream()
    .to(counts)
  const aborting = faulty(cluster, { call: 'send', when: 'before', kind: 'abortable' })
  await using streams = application(aborting, builder.build(), { commitIntervalMs: 5 })
  await streams.start()
  for (let from = 0; from < 20; from += 4) {
    await write(cluster, from, from + 4)
    await settled(cluster, from + 4)
  }
  for (const rows of Object.values(seen(cluster))) t.same(rows, upTo(5))
})

t.test('what waits for a transaction that another producer has left open says so, and goes on with its end', async (t) => {
  await using cluster = await EmbeddedKafka.open()
  await createTopics(cluster, { in: 1, counts: 1 })
  const warnings: string[] = []
  const logger = { ...silentLogger, warn: (message: string) => void warnings.push(message) }
  await using streams = application(cluster, counting(), { transactionTimeoutMs: 400, commitIntervalMs: 50, logger })
  await streams.start()
  await write(cluster, 0, 4)
  await settled(cluster, 4)
  t.same(
    streams.localTasks().map(({ heldUp }) => heldUp),
    [[]],
  )
  const other = await openProducer(cluster, { clientId: 'other', transactionalId: 'other' })
  const end = Promise.withResolvers<void>()
  const open = other.transact(async ({ send }) => {
    await send(input, [{ key: 'k0', value: 'v4' }])
    await end.promise
  })
  const heldUp = () => streams.localTasks().flatMap((task) => task.heldUp)
  await until('held up', () => heldUp().length > 0)
  t.match(heldUp(), [{ topic: 'in', partition: 0, lastStableOffset: 4, sinceMs: Number }])
  t.equal(heldUp()[0]!.sinceMs <= Date.now(), true)
  await until('a warning', () => warnings.length > 0)
  t.match(warnings, [/The last stable offset of in-0 stands still at 4/])
  end.resolve()
  await open
  await settled(cluster, 5)
  await until('not held up', () => heldUp().length === 0)
  t.equal(warnings.length, 1)
  await other.close()
})

for (const medium of ['memory', 'disk'] as const)
  t.test(`${medium}: an abort takes back what was written, and neither closes a store nor reads a changelog`, async (t) => {
    await using cluster = await EmbeddedKafka.open()
    const storage = await openLmdbStorage(t.testdir())
    await createTopics(cluster, { in: 2, counts: 2 })
    let restores = 0
    const errors: string[] = []
    const logger = { ...silentLogger, warn: (message: string) => void errors.push(message) }
    const config = {
      commitIntervalMs: 5,
      storage,
      defaultStoreMedium: medium,
      logger,
      stateRestoreListener: { onRestoreStart: () => void restores++ },
    }
    const made: string[] = []
    const topology = counting(
      () => undefined,
      () => void made.push('counter'),
    )
    await using streams = application(faulty(cluster, { call: 'send', when: 'after', kind: 'abortable' }), topology, config)
    await streams.start()
    for (let from = 0; from < 40; from += 4) await write(cluster, from, from + 4)
    await settled(cluster, 40)
    for (const rows of Object.values(seen(cluster))) t.same(rows, upTo(10))
    t.match(errors.join(), /A transaction is undone/)
    t.equal(restores, 2, 'each task at its start')
    t.ok(made.length > 2, 'processors are made anew')
  })

for (const medium of ['memory', 'disk'] as const)
  for (const [where, caching] of [
    ['as a record comes', 'disabled'],
    ['as a cache is flushed', 'enabled'],
  ] as const)
    t.test(
      `${medium}: after a crash of user code, ${where}, the thread goes on, and neither closes a store nor reads a changelog`,
      async (t) => {
        await using cluster = await EmbeddedKafka.open()
        const storage = await openLmdbStorage(t.testdir())
        await createTopics(cluster, { in: 2, counts: 2 })
        let [restores, asked, failures] = [0, 0, 0]
        const fail = (isDue: boolean): void => {
          if (isDue && failures++ < 3) throw new Error('a failure of this test')
        }
        const builder = new StreamsBuilder()
        builder
          .stream(input)
          .peek((value) => fail(caching === 'disabled' && value === 'v13'))
          .groupByKey()
          .count({ store: { name: 'counted', caching } })
          .toStream()
          .peek((count) => fail(caching === 'enabled' && count! >= 3))
          .to(counts)
        const config = {
          storage,
          defaultStoreMedium: medium,
          commitIntervalMs: 5,
          stateRestoreListener: { onRestoreStart: () => void restores++ },
          uncaughtExceptionHandler: () => (asked++, 'replace-thread' as const),
        }
        await using streams = application(cluster, builder.build(), config)
        await streams.start()
        for (let from = 0; from < 40; from += 4) await write(cluster, from, from + 4)
        const last = (): number[] => Object.values(seen(cluster)).map((rows) => rows.at(-1)!)
        await until('all counted', () => last().length === 4 && last().every((count) => count >= 10))
        for (const rows of Object.values(seen(cluster)))
          t.same(
            rows,
            [...new Set(rows)].toSorted((left, right) => left - right),
          )
        t.same(last(), [10, 10, 10, 10])
        t.equal(asked, 3, 'the application is asked once for each crash')
        t.equal(restores, 2, 'each task at its start')
      },
    )

t.test('a commit interval that a transaction cannot live through is refused', async (t) => {
  const cluster = await EmbeddedKafka.open()
  t.teardown(() => cluster.close())
  const make = (config: Partial<StreamsOptions>) => () => application(cluster, counting(), config)
  t.throws(make({ commitIntervalMs: 30_000 }), { code: 'STREAMS_CONFIG_INVALID', facts: { key: 'commitIntervalMs' } })
  t.throws(make({ transactionTimeoutMs: 50 }), { code: 'STREAMS_CONFIG_INVALID', facts: { key: 'commitIntervalMs' } })
})
