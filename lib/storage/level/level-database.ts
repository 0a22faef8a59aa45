/**
 * The part of a database of the Level ecosystem (abstract-level 1 to 3) that Millrace uses: classic-level, memory-level, RocksDB
 * bindings.
 */
export interface LevelDatabase {
  /** The abilities of the database. Millrace asks for `getSync` and `explicitSnapshots`. */
  readonly supports: object
  /** Opens the database. Resolves at once if it is open. */
  open(): Promise<void>
  /** Closes the database. Idempotent. */
  close(): Promise<void>
  /** Writes all operations or none. */
  batch(operations: LevelOperation[], options: LevelBatchOptions): Promise<void>
  /** Iterates over the rows in the order of their keys' bytes. */
  iterator(options: LevelIteratorOptions): LevelIterator
  /** Reads a value synchronously; undefined if there is none. Only in databases that support it. */
  getSync?(key: Uint8Array, options: LevelEncodings): Uint8Array | undefined
  /** Makes a snapshot of the database for later reads. Only in databases that support it. */
  snapshot?(): LevelSnapshot
}

/** One change of a batch: a row to put, or a key to delete. */
export type LevelOperation =
  | { readonly type: 'put'; readonly key: Uint8Array; readonly value: Uint8Array }
  | { readonly type: 'del'; readonly key: Uint8Array }

/** Keys and values are bytes, even if the database was made with other encodings. */
export interface LevelEncodings {
  /** Keys are bytes. */
  readonly keyEncoding: 'buffer'
  /** Values are bytes. */
  readonly valueEncoding: 'buffer'
}

/** How a batch is written. */
export interface LevelBatchOptions extends LevelEncodings {
  /** `true`: the batch is on disk when the promise resolves. `false`: the operating system has it. */
  readonly sync: boolean
}

/** The options of an iterator. */
export interface LevelIteratorOptions extends LevelEncodings {
  /** Whether values are read besides keys. */
  readonly values: boolean
}

/** An iterator over the rows of a database. Its maker closes it. */
export interface LevelIterator {
  /** The next rows, `size` of them at most. Empty at the end. */
  nextv(size: number): Promise<[Uint8Array, Uint8Array | undefined][]>
  /** Frees the iterator. */
  close(): Promise<void>
}

/** The rows of a database at one moment. Its maker closes it. */
export interface LevelSnapshot {
  /** Frees the snapshot. */
  close(): Promise<void>
}

export const encodings: LevelEncodings = { keyEncoding: 'buffer', valueEncoding: 'buffer' }

/** Whether the database reads a value synchronously, and from a snapshot. Then values need not be held in memory. */
export function readsSync(database: LevelDatabase): database is SyncLevelDatabase {
  const { getSync, explicitSnapshots } = database.supports as { readonly getSync?: boolean; readonly explicitSnapshots?: boolean }
  return getSync === true && explicitSnapshots === true
}

export type SyncLevelDatabase = LevelDatabase & Required<Pick<LevelDatabase, 'getSync' | 'snapshot'>>
