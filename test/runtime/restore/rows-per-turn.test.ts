import t from 'tap'
import { EmbeddedKafka } from '../../../lib/embedded.ts'
import { KafkaStreams } from '../../../lib/kafka-streams.ts'
import { silentLogger } from '../../../lib/runtime/logger.ts'
import { MemoryStorageFactory } from '../../../lib/storage/memory/memory-storage.ts'
import type { StorageEnvironment, StorageFactory } from '../../../lib/storage/storage.ts'
import { createTopics, produce, until } from '../running.ts'
import { lines, wordCount } from '../word-count.ts'

/** Counts the rows that are written, and those of the turn of the event loop that had most of them. */
class CountingStorage implements StorageFactory {
  readonly medium = 'disk'
  rows = 0
  mostInTurn = 0
  readonly #inner = new MemoryStorageFactory()
  #inTurn = 0

  open(name: string): StorageEnvironment {
    const inner = this.#inner.open(name)
    return {
      table: (table) => inner.table(table),
      tables: () => inner.tables(),
      drop: (names) => inner.drop(names),
      transact: (writes) => {
        this.#written(writes.length)
        inner.transact(writes)
      },
      close: () => inner.close(),
    }
  }

  destroy = (name: string): void => this.#inner.destroy(name)
  list = (prefix: string): readonly string[] => this.#inner.list(prefix)

  #written(rows: number): void {
    if (this.#inTurn === 0) setImmediate(() => (this.#inTurn = 0))
    this.rows += rows
    this.#inTurn += rows
    this.mostInTurn = Math.max(this.mostInTurn, this.#inTurn)
  }
}

t.test(
  'an application that closes stores the rows of its tasks in slices, and other work has its turn between them',
  async (t) => {
    await using cluster = await EmbeddedKafka.open()
    await createTopics(cluster, { lines: 1, counts: 1 })
    const storage = new CountingStorage()
    const fast = { heartbeatIntervalMs: 20, retryBackoffMs: 10, pollMs: 10, fetchMaxWaitMs: 20 }
    const config = { applicationId: 'app', cluster, logger: silentLogger, storage, statestoreCacheMaxBytes: 0, ...fast }
    await using streams = new KafkaStreams(wordCount(), config)
    await streams.start()
    await until('running', () => streams.state === 'running')
    await produce(cluster, lines, [['1', Array.from({ length: 6000 }, (_, word) => `w${word}`).join(' ')]])
    const words = streams.store<string, bigint>('words')
    await until('the last word', async () => (await words.get('w5999')) !== null)
    const before = storage.rows
    await streams.close()
    t.ok(storage.rows - before >= 6000, 'all are stored')
    t.ok(storage.mostInTurn < 2000, `${storage.mostInTurn} rows in one turn`)
  },
)
