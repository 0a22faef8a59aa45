/**
 * A set of tables that are written in common transactions, on any medium that keeps rows in the order of their keys. Each task has
 * an environment, and the global stores of a process have one. A store has one table in it, or one for each of its segments. All
 * methods are synchronous. Keys are any bytes, empty and large ones included, in the order of `compareBytes`. Values are any bytes.
 */
export interface StorageEnvironment {
  /** Why rows of an earlier run were removed when it was opened, as part of a sentence. Undefined: none were. */
  readonly emptied?: string | undefined
  /**
   * Opens a table. Later calls return the same object. Opening writes nothing: a new table is stored with its first row. So a full
   * medium shows in `transact`, and not where a table is first needed.
   */
  table(name: string): StorageTable
  /** The names of all tables that are stored or open, sorted. */
  tables(): readonly string[]
  /**
   * Removes these tables and their rows. Objects that `table` returned for them must not be used any more. Throws a `StreamsError`
   * (`STREAMS_STORAGE_FULL`) where the medium needs room for that: the tables that are left can be removed later.
   */
  drop(names: readonly string[]): void
  /**
   * Applies all of these writes to their tables, or none of them. After the call the writes survive kill -9. On a medium that
   * writes asynchronously they do so after `StorageFactory.flush`. The medium decides whether they survive power loss. Throws a
   * `StreamsError` (`STREAMS_STORAGE_FULL`) if there is no room for them: the same writes may go through later.
   */
  transact(writes: readonly StorageWrite[]): void
  /** Idempotent. */
  close(): void
}

/** A write to a row of a table; null deletes the row. */
export interface StorageWrite {
  /** The table that is written. */
  readonly table: StorageTable
  /** Key of the row. */
  readonly key: Uint8Array
  /** Value of the row. Null deletes the row. */
  readonly value: Uint8Array | null
}

/** A range of keys: `from` is included, `to` is excluded. An absent bound is open. */
export interface StorageRange {
  /** First key; it belongs to the range. Default: the table's first. */
  readonly from?: Uint8Array | undefined
  /** End of the range; it does not belong to it. Default: the table's end. */
  readonly to?: Uint8Array | undefined
  /** From the last key to the first. Default false. */
  readonly reverse?: boolean
}

/** A table of an environment: rows in the order of their keys. */
export interface StorageTable {
  /** Name of the table. */
  readonly name: string
  /** The value of a key. The caller may keep the bytes; they never change. */
  get(key: Uint8Array): Uint8Array | undefined
  /**
   * The rows as of the call; later writes are not seen. Exhaust the iterator or call its `return()`: until then the medium keeps
   * the old pages.
   */
  iterate(range: StorageRange): IterableIterator<StorageEntry>
  /** How many keys the table has. The number may be an estimate. */
  count(): number
}

/** A row of a table. */
export interface StorageEntry {
  /** Key of the row, in bytes. */
  readonly key: Uint8Array
  /** Value of the row, in bytes. */
  readonly value: Uint8Array
}

/** The place of an environment. */
export interface StoragePlace {
  /** The machine and the directory on its disk. */
  readonly directory: string
  /** The boot of the machine. What lies in a place of another boot was written by processes that are gone, or on another machine. */
  readonly boot: string
}

/** Opens environments by name. The composition root gives one to the engine. */
export interface StorageFactory {
  /** `memory`: an environment loses its rows when it is closed. */
  readonly medium: 'memory' | 'disk'
  /**
   * Opens an environment. `name` is a relative path such as `app/0_1`. Throws a `LockError` while the environment is open
   * elsewhere.
   */
  open(name: string): StorageEnvironment
  /**
   * Opens an environment that is only read, and soon closed: nothing need be flushed for that, and it still tells how its last owner ended.
   * Absent: `open` does as well.
   */
  openToRead?(name: string): StorageEnvironment
  /** Removes an environment that is closed. */
  destroy(name: string): void
  /** The names of all environments that begin with `prefix`, sorted. */
  list(prefix: string): readonly string[]
  /**
   * Where an open environment lies. A copy of it lies elsewhere. Absent, or null: the medium cannot tell a copy from its original.
   */
  place?(name: string): StoragePlace | null
  /**
   * Only media that write asynchronously have this method. It resolves when all earlier writes are as durable as `transact` says,
   * and rejects if one of them failed. A crash before that leaves the state after some earlier `transact`, never half of one.
   */
  flush?(): Promise<void>
}
