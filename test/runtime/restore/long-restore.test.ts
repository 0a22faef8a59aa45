import t, { type Test } from 'tap'
import { seededChance } from '../../../lib/clock/chance.ts'
import type { Clock } from '../../../lib/clock/clock.ts'
import { systemClock } from '../../../lib/clock/system-clock.ts'
import { noHeaders } from '../../../lib/model/headers.ts'
import { silentLogger } from '../../../lib/runtime/logger.ts'
import type { Changelog } from '../../../lib/runtime/restore/changelog.ts'
import { ChangelogReader } from '../../../lib/runtime/restore/changelog-reader.ts'
import { openLmdbStorage } from '../../../lib/storage/lmdb/open-lmdb-storage.ts'
import { MemoryStorageFactory } from '../../../lib/storage/memory/memory-storage.ts'
import type { StorageEnvironment, StorageWrite } from '../../../lib/storage/storage.ts'
import { EmbeddedCluster } from '../../../lib/transport/embedded/embedded-cluster.ts'
import { RecordBatchBuilder } from '../../../lib/transport/record-batch/record-batch-builder.ts'
import { directory } from '../../storage/media.ts'
import { changelog as partition, openStores } from '../task-stores-fixture.ts'

const total = 30_000
const valueBytes = 200

/** Remembers how large each transaction was. */
class Watched implements StorageEnvironment {
  readonly sizes: number[] = []
  readonly #inner: StorageEnvironment

  constructor(inner: StorageEnvironment) {
    this.#inner = inner
  }

  table = (name: string) => this.#inner.table(name)
  tables = () => this.#inner.tables()
  drop = (names: readonly string[]) => this.#inner.drop(names)
  close = () => this.#inner.close()

  transact(writes: readonly StorageWrite[]): void {
    this.sizes.push(writes.reduce((sum, { key, value }) => sum + key.byteLength + (value?.byteLength ?? 0), 0))
    this.#inner.transact(writes)
  }
}

/** A changelog of `total` keys, one after the other, at the partition that the stores of the fixture have. */
async function filled(t: Test): Promise<EmbeddedCluster> {
  const cluster = new EmbeddedCluster({ clock: systemClock, chance: seededChance(1) })
  t.teardown(() => cluster.close())
  const admin = await cluster.admin({ clientId: 'test' })
  await admin.createTopics([{ name: partition.topic, partitions: 4, config: { 'retention.ms': '-1' } }])
  for (let key = 0; key < total;) {
    const batch = new RecordBatchBuilder()
    for (let each = 0; each < 1000; each++, key++)
      batch.append(Buffer.from(String((key * 7919) % total)), Buffer.alloc(valueBytes, 118), 1, noHeaders)
    cluster.broker.append(partition, batch.seal({ producerId: -1, producerEpoch: -1, baseSequence: -1, isTransactional: false }))
  }
  return cluster
}

async function reader(cluster: EmbeddedCluster, clock: Clock = systemClock): Promise<ChangelogReader> {
  return new ChangelogReader({
    openFetcher: () => cluster.fetcher({ clientId: 'restore' }),
    admin: await cluster.admin({ clientId: 'test' }),
    clock,
    logger: silentLogger,
    listener: {},
    limits: { maxWaitMs: 10, minBytes: 1, maxBytes: 1 << 22, maxBytesPerPartition: 1 << 22, isolationLevel: 'read_uncommitted' },
    retryBackoffMs: 1,
    taskTimeoutMs: 1000,
  })
}

function changelogOf({ stores }: ReturnType<typeof openStores>): Changelog {
  const [restore] = stores.restores()
  const { storeName, from, accept, prepare, restore: apply } = restore!
  return { partition, storeName, taskId: { subtopology: 0, partition: 3 }, start: from ?? 'earliest', accept, prepare, apply }
}

t.test('a restore is stored as it goes, in transactions of bounded size, and gives its turn to others', async (t) => {
  const cluster = await filled(t)
  const storage = new Watched((await openLmdbStorage(directory(t))).open('app/0_3'))
  t.teardown(() => storage.close())
  const opened = openStores(undefined, storage)
  let [now, turns] = [0, 0]
  // Each look at this clock takes a while.
  const clock: Clock = { ...systemClock, monotonic: () => (now += 20), yield: async () => void turns++ }
  const restoring = await reader(cluster, clock)
  t.teardown(() => restoring.close())
  restoring.register(changelogOf(opened))
  while (!restoring.isIdle) await restoring.restoreOnce()
  t.ok(turns > 2, `others had ${turns} turns`)
  t.ok(storage.sizes.length > 2, `${storage.sizes.length} transactions`)
  t.ok(Math.max(...storage.sizes) <= 2 * 1024 * 1024, `at most ${Math.max(...storage.sizes)} bytes`)
  t.ok(opened.stores.dirtyBytes < 2 * 1024 * 1024, `${opened.stores.dirtyBytes} bytes are left`)
  t.equal([...opened.store.all()].length, total)
})

t.test('a restore that ends at half goes on where it was stored, and has all rows in the end', async (t) => {
  const cluster = await filled(t)
  const dir = directory(t)
  const first = (await openLmdbStorage(dir)).open('app/0_3')
  const opened = openStores(undefined, first)
  const restoring = await reader(cluster)
  restoring.register(changelogOf(opened))
  await restoring.restoreOnce()
  await restoring.close()
  // As after kill -9: nothing more is written.
  first.close()
  const second = (await openLmdbStorage(dir)).open('app/0_3')
  t.teardown(() => second.close())
  const again = openStores(undefined, second)
  const from = again.stores.restores()[0]!.from ?? 0
  t.ok(from > total * 0.4 && from < total, `goes on at ${from} of ${total}`)
  const rest = await reader(cluster)
  t.teardown(() => rest.close())
  rest.register(changelogOf(again))
  while (!rest.isIdle) await rest.restoreOnce()
  t.equal([...again.store.all()].length, total)
})

t.test('a changelog whose task closes in the midst of a fetch gets no more of it', async (t) => {
  const cluster = await filled(t)
  const opened = openStores(undefined, new MemoryStorageFactory().open('task'))
  const given = changelogOf(opened)
  let turns = 0
  const restoring = await reader(cluster)
  t.teardown(() => restoring.close())
  restoring.register({
    ...given,
    apply: (records, nextOffset) => {
      if (++turns === 1) restoring.unregister(partition)
      return given.apply(records, nextOffset)
    },
  })
  await restoring.restoreOnce()
  t.equal(turns, 1)
  t.ok(restoring.isIdle)
})
