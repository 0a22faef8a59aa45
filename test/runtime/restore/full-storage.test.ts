import { MemoryLevel } from 'memory-level'
import t from 'tap'
import type { ManualClock } from '../../../lib/clock/manual-clock.ts'
import { EmbeddedKafka } from '../../../lib/embedded.ts'
import { KafkaStreams } from '../../../lib/kafka-streams.ts'
import { openLevelStorage, type LevelDatabase } from '../../../lib/level.ts'
import { StreamsError } from '../../../lib/model/errors.ts'
import { silentLogger } from '../../../lib/runtime/logger.ts'
import { Serdes } from '../../../lib/serde/serdes.ts'
import { windowStore } from '../../../lib/state/stores.ts'
import type { WindowStore } from '../../../lib/state/window/window-store.ts'
import { MemoryStorageFactory } from '../../../lib/storage/memory/memory-storage.ts'
import type { StorageEnvironment, StorageWrite } from '../../../lib/storage/storage.ts'
import { consume, createTopics, produce, until } from '../running.ts'
import { environment } from '../task-fixture.ts'
import { noSource, openStores, storeNode } from '../task-stores-fixture.ts'
import { counts, lines, wordCount } from '../word-count.ts'

/** A medium in memory. Perhaps it has no room: for rows, or for what it writes where it removes a table. */
class FillingStorage implements StorageEnvironment {
  lacksRoomFor: 'nothing' | 'rows' | 'removals' = 'nothing'
  readonly #inner = new MemoryStorageFactory().open('task')

  table = (name: string) => this.#inner.table(name)
  tables = () => this.#inner.tables()
  close = () => this.#inner.close()

  drop(names: readonly string[]): void {
    if (this.lacksRoomFor === 'removals') throw noRoom()
    this.#inner.drop(names)
  }

  transact(writes: readonly StorageWrite[]): void {
    if (this.lacksRoomFor === 'rows') throw noRoom()
    this.#inner.transact(writes)
  }
}

function noRoom(): StreamsError {
  return new StreamsError('STREAMS_STORAGE_FULL', 'The disk is full.')
}

t.test(
  'windows go on over a full disk: new segments wait in memory, those that expired are removed when there is room',
  async (t) => {
    const storage = new FillingStorage()
    const spec = windowStore('s', { key: Serdes.string, value: Serdes.string, retentionMs: 100_000, windowSizeMs: 10 })
    const { stores, changelogs } = openStores(storeNode(spec), storage)
    const store = stores.get('s') as unknown as WindowStore<string, string>
    const put = (startMs: number): void => {
      store.put('k', `v${startMs}`, startMs)
      stores.flush()
      changelogs.acknowledged = (changelogs.acknowledged ?? 0) + 1
      stores.commit(noSource)
      stores.checkpoint()
    }
    const pass = (ms: number): void => (environment.clock as ManualClock).advance(ms)
    put(0)
    storage.lacksRoomFor = 'removals'
    put(1_000_000)
    t.ok(storage.tables().includes('s/0'))
    pass(60_000)
    storage.lacksRoomFor = 'rows'
    put(1_050_000)
    t.strictSame([store.fetchOne('k', 0), store.fetchOne('k', 1_000_000)], [null, 'v1000000'])
    storage.lacksRoomFor = 'nothing'
    pass(60_000)
    put(1_060_000)
    t.notOk(storage.tables().includes('s/0'))
    const again = openStores(storeNode(spec), storage)
    t.equal(again.stores.restores()[0]?.from, 4)
    t.equal((again.stores.get('s') as unknown as WindowStore<string, string>).fetchOne('k', 1_050_000), 'v1050000')
  },
)

t.test('on a Level database without room the application goes on, and stores all when there is room', async (t) => {
  await using cluster = await EmbeddedKafka.open()
  await createTopics(cluster, { lines: 1, counts: 1 })
  const database: LevelDatabase = new MemoryLevel()
  await using storage = await openLevelStorage(database)
  const batch = database.batch.bind(database)
  const timing = { commitIntervalMs: 20, heartbeatIntervalMs: 20, retryBackoffMs: 10, pollMs: 10 }
  await using streams = new KafkaStreams(wordCount(), { applicationId: 'app', cluster, storage, logger: silentLogger, ...timing })
  await streams.start()
  await until('running', () => streams.state === 'running')
  let refused = 0
  database.batch = () => {
    refused++
    return Promise.reject(new Error('IO error: No space left on device'))
  }
  storage.open('other').close()
  const last = async () => Object.fromEntries(await consume(cluster, counts))
  for (let line = 1; line <= 3; line++) {
    await produce(cluster, lines, [['1', 'a']])
    await until(`${line} words`, async () => (await last())['a'] === line)
  }
  t.ok(refused > 0)
  t.equal(streams.state, 'running')
  database.batch = batch
  await streams.close()
  t.equal(streams.state, 'not-running')
})
