import { latin1 } from '../../model/bytes.ts'
import { checkOptions, type OptionNames } from '../../model/check-options.ts'
import { LockError, ProcessorStateError } from '../../model/errors.ts'
import { HeldBytes } from './held-bytes.ts'
import type { LevelDatabase } from './level-database.ts'
import { encodings, readsSync } from './level-database.ts'
import { formatKey, parseKey } from './level-keys.ts'
import { LevelStorage } from './level-storage.ts'
import { LevelWriter } from './level-writer.ts'

const formatVersion = '1'
const rowsPerRead = 1000

/** Options of {@link openLevelStorage}. */
export interface LevelStorageOptions {
  /**
   * `process`: a flushed write survives kill -9. Whether it survives a crash of the machine depends on the database. `flush`: it
   * also survives power loss, and each batch costs a flush of the disk. Default `process`.
   */
  readonly durability?: 'process' | 'flush' | undefined
  /**
   * About how many bytes of keys and values may be held in memory. With more, writes fail (`STREAMS_STORAGE_FULL`). Default 1 GiB.
   */
  readonly maxHeldBytes?: number | undefined
}

/**
 * Storage in a database of the Level ecosystem (abstract-level): classic-level, a RocksDB binding, memory-level. Nothing else may use
 * the database. This function opens it, the storage's `close` closes it. One process at a time can have it open.
 *
 * Stores read and scan synchronously. Whatever the database cannot do synchronously is done in memory. Its iterators are
 * asynchronous, so all **keys** are held. All **values** are held as well, unless the database has `getSync` and explicit
 * snapshots, as classic-level 3 has. Opening reads all that is held. State that does not fit into memory belongs on LMDB.
 *
 * Writes are asynchronous, and keep their order. The rows and positions of a checkpoint are one batch. A crash loses the last
 * batches as a whole, and their rows are restored from changelogs. An application awaits a checkpoint before it writes the next
 * one, and when it closes. An embedded Kafka on such a storage acknowledges records before they are on disk.
 *
 * Rejects with a `LockError` if another process has the database open, and with a `ProcessorStateError` (`STREAMS_STATE_FORMAT`) if
 * the database has entries of another program.
 *
 * @example
 * await using storage = await openLevelStorage(new ClassicLevel('./state'))
 * await using streams = new KafkaStreams(topology, { applicationId: 'word-count', bootstrapServers, storage })
 */
export async function openLevelStorage(database: LevelDatabase, options: LevelStorageOptions = {}): Promise<LevelStorage> {
  checkOptions('openLevelStorage()', options, levelOptions)
  const { durability = 'process', maxHeldBytes = 1024 ** 3 } = options
  await openDatabase(database)
  try {
    const held = new HeldBytes(maxHeldBytes)
    const storage = new LevelStorage({ database, held, writer: new LevelWriter(database, durability) })
    await checkFormat(database)
    for await (const rows of allRows(database)) {
      for (const [key, value] of rows) load(storage, latin1(key), value)
      held.check()
    }
    return storage
  } catch (error) {
    await database.close()
    throw error
  }
}

const levelOptions: OptionNames<LevelStorageOptions> = { durability: true, maxHeldBytes: true }

async function openDatabase(database: LevelDatabase): Promise<void> {
  try {
    await database.open()
  } catch (error) {
    if (!isLocked(error)) throw error
    const message = 'The database of the stores is in use: stop the other process, or use another directory.'
    throw new LockError('STREAMS_STORAGE_LOCKED', message, { cause: error })
  }
}

/** The error of a locked database is the cause of another one, which says that the database is not open. */
function isLocked(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return (error as { readonly code?: unknown }).code === 'LEVEL_LOCKED' || isLocked(error.cause)
}

async function checkFormat(database: LevelDatabase): Promise<void> {
  const first = database.iterator({ ...encodings, values: true })
  const [row] = await first.nextv(1)
  await first.close()
  if (row === undefined) {
    const [key, value] = [Buffer.from(formatKey), Buffer.from(formatVersion)]
    return database.batch([{ type: 'put', key, value }], { ...encodings, sync: false })
  }
  // The key of the format is the lowest.
  if (latin1(row[0]) !== formatKey) throw foreign(latin1(row[0]))
  const found = latin1(row[1] ?? new Uint8Array())
  if (found === formatVersion) return
  const message = `The stores in the database have format ${found}, this version writes ${formatVersion}: use another database.`
  throw new ProcessorStateError('STREAMS_STATE_FORMAT', message, { facts: { found, expected: formatVersion } })
}

async function* allRows(database: LevelDatabase): AsyncGenerator<readonly [Uint8Array, Uint8Array | undefined][], undefined> {
  const values = !readsSync(database)
  const iterator = database.iterator({ ...encodings, values })
  try {
    for (;;) {
      const rows = await iterator.nextv(rowsPerRead)
      if (rows.length === 0) return
      yield rows
    }
  } finally {
    await iterator.close()
  }
}

function load(storage: LevelStorage, stored: string, value: Uint8Array | undefined): void {
  const parsed = parseKey(stored)
  if (parsed.kind === 'foreign') throw foreign(stored)
  if (parsed.kind === 'format') return
  const table = storage.load(parsed.environment, parsed.table)
  if (parsed.kind === 'row') table!.load(parsed.key, value ?? null)
}

function foreign(key: string): ProcessorStateError {
  const message = `The database has a key that Millrace did not write (${JSON.stringify(key.slice(0, 40))}): use a database for the stores alone.`
  return new ProcessorStateError('STREAMS_STATE_FORMAT', message, { facts: { key } })
}
