import { fromLatin1, latin1 } from '../../model/bytes.ts'
import { OrderedMap } from '../ordered-map.ts'
import type { StorageEntry, StorageRange, StorageTable } from '../storage.ts'
import type { HeldBytes } from './held-bytes.ts'
import type { LevelDatabase, LevelSnapshot, SyncLevelDatabase } from './level-database.ts'
import { encodings, readsSync } from './level-database.ts'

/**
 * A table: its keys in memory, in order, each with its value. A value of null means that the value is only in the database, and is
 * read from there. If the database reads synchronously, all written values are null here; if not, all values stay in memory.
 */
export class LevelTable implements StorageTable {
  readonly name: string
  readonly #prefix: string
  readonly #database: LevelDatabase
  readonly #held: HeldBytes
  readonly #rows = new OrderedMap<Uint8Array | null>()

  /** `prefix` stands before each key in the database, as latin1. */
  constructor(name: string, prefix: string, database: LevelDatabase, held: HeldBytes) {
    this.name = name
    this.#prefix = prefix
    this.#database = database
    this.#held = held
  }

  get(key: Uint8Array): Uint8Array | undefined {
    const text = latin1(key)
    const value = this.#rows.get(text)
    return value === null ? this.#read(text, {}) : value
  }

  iterate({ from, to, reverse }: StorageRange): IterableIterator<StorageEntry> {
    const rows = this.#rows.scan({ from: from && latin1(from), to: to && latin1(to), reverse })
    const snapshot = readsSync(this.#database) ? this.#database.snapshot() : undefined
    return new LevelRows(rows, snapshot, (key) => this.#read(key, { snapshot }))
  }

  count(): number {
    return this.#rows.size
  }

  /** The keys as the database has them, in no order. */
  *storedKeys(): Generator<Uint8Array, undefined> {
    for (const [key] of this.#rows.entries()) yield this.storedKey(key)
  }

  storedKey(key: string): Uint8Array {
    return Buffer.from(this.#prefix + key, 'latin1')
  }

  /** Takes a row of the database. A value of null stays there. */
  load(key: string, value: Uint8Array | null): void {
    this.#set(key, value)
  }

  apply(key: string, value: Uint8Array | null): void {
    if (value === null) this.#delete(key)
    else this.#set(key, value)
  }

  /** The database has written this value. The table forgets it, unless the key has a newer one. */
  written(key: string, value: Uint8Array | null): void {
    if (value !== null && readsSync(this.#database) && this.#rows.get(key) === value) this.#set(key, null)
  }

  clear(): void {
    for (const [key, value] of this.#rows.entries()) {
      this.#held.removeKey(key)
      this.#held.removeValue(value)
    }
    this.#rows.clear()
  }

  #set(key: string, value: Uint8Array | null): void {
    const old = this.#rows.get(key)
    if (old === undefined) this.#held.addKey(key)
    this.#held.removeValue(old)
    this.#held.addValue(value)
    this.#rows.set(key, value)
  }

  #delete(key: string): void {
    const old = this.#rows.get(key)
    if (old === undefined) return
    this.#held.removeKey(key)
    this.#held.removeValue(old)
    this.#rows.delete(key)
  }

  #read(key: string, options: object): Uint8Array | undefined {
    return (this.#database as SyncLevelDatabase).getSync(this.storedKey(key), { ...encodings, ...options })
  }
}

/** The rows as of one moment: the keys in memory, and a snapshot of the database for the values that are only there. */
class LevelRows extends Iterator<StorageEntry, undefined> {
  readonly #rows: IterableIterator<[string, Uint8Array | null]>
  readonly #read: (key: string) => Uint8Array | undefined
  #snapshot: LevelSnapshot | undefined

  constructor(
    rows: IterableIterator<[string, Uint8Array | null]>,
    snapshot: LevelSnapshot | undefined,
    read: (key: string) => Uint8Array | undefined,
  ) {
    super()
    this.#rows = rows
    this.#snapshot = snapshot
    this.#read = read
  }

  next(): IteratorResult<StorageEntry, undefined> {
    const row = this.#rows.next()
    if (row.done === true) return this.return()
    const [key, value] = row.value
    return { done: false, value: { key: fromLatin1(key), value: value ?? this.#read(key)! } }
  }

  override return(): IteratorResult<StorageEntry, undefined> {
    this.#rows.return?.()
    void this.#snapshot?.close()
    this.#snapshot = undefined
    return { done: true, value: undefined }
  }
}
