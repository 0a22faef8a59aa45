/** The part of a database of the Level ecosystem (abstract-level 1 to 3) that Millrace uses: classic-level, memory-level, RocksDB bindings. */
export interface LevelDatabase {
  /** The abilities of the database. Millrace asks for `getSync` and `explicitSnapshots`. */
  readonly supports: object
  open(): Promise<void>
  close(): Promise<void>
  batch(operations: LevelOperation[], options: LevelBatchOptions): Promise<void>
  iterator(options: LevelIteratorOptions): LevelIterator
  getSync?(key: Uint8Array, options: LevelEncodings): Uint8Array | undefined
  snapshot?(): LevelSnapshot
}

export type LevelOperation =
  | { readonly type: 'put'; readonly key: Uint8Array; readonly value: Uint8Array }
  | { readonly type: 'del'; readonly key: Uint8Array }

/** Keys and values are bytes, also where the database was made with other encodings. */
export interface LevelEncodings {
  readonly keyEncoding: 'buffer'
  readonly valueEncoding: 'buffer'
}

export interface LevelBatchOptions extends LevelEncodings {
  /** `true`: the batch is on disk when the promise resolves. `false`: the operating system has it. */
  readonly sync: boolean
}

export interface LevelIteratorOptions extends LevelEncodings {
  readonly values: boolean
}

export interface LevelIterator {
  nextv(size: number): Promise<[Uint8Array, Uint8Array | undefined][]>
  close(): Promise<void>
}

export interface LevelSnapshot {
  close(): Promise<void>
}

export const encodings: LevelEncodings = { keyEncoding: 'buffer', valueEncoding: 'buffer' }

/** Whether the database reads a value synchronously, and from a snapshot. Then values need not be held in memory. */
export function readsSync(database: LevelDatabase): database is SyncLevelDatabase {
  const { getSync, explicitSnapshots } = database.supports as { readonly getSync?: boolean; readonly explicitSnapshots?: boolean }
  return getSync === true && explicitSnapshots === true
}

export type SyncLevelDatabase = LevelDatabase & Required<Pick<LevelDatabase, 'getSync' | 'snapshot'>>
