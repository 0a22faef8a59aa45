/**
 * Ordered keys on a medium, as a port. One environment per task (global stores have one of their own); a store is a table, or
 * several (segments). Everything is synchronous. Keys are any bytes, empty and large ones included, in the order of
 * `compareBytes`; values are any bytes.
 */
export interface StorageEnvironment {
  /** Opens a table, and makes it where it is not there. Opening twice gives the same table. */
  table(name: string): StorageTable
  /** Names of the tables that exist, sorted. */
  tables(): readonly string[]
  /** Removes tables with all they hold; handles of theirs must not be used after. */
  drop(names: readonly string[]): void
  /** Applies all writes, of any number of tables, or none. Survives kill -9 once it has returned, or `flush` has; power loss if the medium says so. */
  transact(writes: readonly StorageWrite[]): void
  /** Idempotent. */
  close(): void
}

export interface StorageWrite {
  readonly table: StorageTable
  readonly key: Uint8Array
  /** null deletes. */
  readonly value: Uint8Array | null
}

/** Bounds: `from` included, `to` excluded; absent = open. */
export interface StorageRange {
  readonly from?: Uint8Array | undefined
  readonly to?: Uint8Array | undefined
  readonly reverse?: boolean
}

export interface StorageTable {
  readonly name: string
  /** The bytes are the caller's to keep. */
  get(key: Uint8Array): Uint8Array | undefined
  /** A snapshot as of the call: later writes are not seen. End it by `return()` (or exhaust it), or pages stay held. */
  iterate(range: StorageRange): IterableIterator<StorageEntry>
  /** Number of keys; may be an estimate. */
  count(): number
}

export interface StorageEntry {
  readonly key: Uint8Array
  readonly value: Uint8Array
}

/** Opens environments by name. Given to the engine by the composition root. */
export interface StorageFactory {
  /** `memory` environments are gone when closed. */
  readonly medium: 'memory' | 'disk'
  /** `name` is a relative path such as `app/0_1`. Throws a `LockError` while another process has it open. */
  open(name: string): StorageEnvironment
  /** Removes a closed environment. */
  destroy(name: string): void
  /** Names of environments below `prefix`. */
  list(prefix: string): readonly string[]
  /**
   * Of media that write behind the call: resolves when all that was applied so far survives what `transact` says; rejects where it
   * could not be written. A crash before leaves what was there after some earlier `transact`, never a part of one.
   */
  flush?(): Promise<void>
}
