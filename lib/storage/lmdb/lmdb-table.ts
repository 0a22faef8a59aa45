import type { Database, RangeIterable } from 'lmdb'
import { compareBytes, equalBytes } from '../../model/bytes.ts'
import type { StorageEntry, StorageRange, StorageTable } from '../storage.ts'
import {
  highestStored,
  isLongKey,
  isStoredLong,
  lowestStored,
  packLong,
  sharedBeginning,
  storedKey,
  unpackLong,
} from './lmdb-keys.ts'

type Stored = { readonly key: Buffer; readonly value: Buffer }

export type LmdbDatabase = Database<Buffer, Buffer>

/** A named database of an environment. */
export class LmdbTable implements StorageTable {
  readonly name: string
  /** Undefined before the table has its first row. */
  database: LmdbDatabase | undefined

  constructor(name: string, database: LmdbDatabase | undefined) {
    this.name = name
    this.database = database
  }

  get(key: Uint8Array): Uint8Array | undefined {
    const value = this.database?.getBinary(storedKey(key))
    return value === undefined || !isLongKey(key) ? value : unpackLong(value).value
  }

  iterate(range: StorageRange): IterableIterator<StorageEntry> {
    if (this.database === undefined) return Iterator.from([])
    const low = lowestStored(range.from)
    const high = highestStored(range.to)
    // A reverse range of LMDB excludes its end, but `from` is included. So LMDB reads on, and the iterator stops below `from`.
    const rows =
      range.reverse === true
        ? this.database.getRange({ start: high as Buffer, end: lowestOfAll, reverse: true })
        : this.database.getRange({ start: low, end: high as Buffer })
    return new LmdbIterator(rows as unknown as RangeIterable<Stored>, range)
  }

  count(): number {
    if (this.database === undefined) return 0
    return (this.database.getStats() as { readonly entryCount: number }).entryCount
  }

  /** Writes one row. Only the environment calls it, inside of a transaction. */
  apply(key: Uint8Array, value: Uint8Array | null): void {
    if (value === null) this.database!.removeSync(storedKey(key))
    else this.database!.putSync(storedKey(key), isLongKey(key) ? packLong(key, value) : (value as Buffer))
  }
}

/** Less than all stored keys: these begin with the type byte 1. */
const lowestOfAll = Buffer.of(0)

/**
 * Rows in the order of their keys. LMDB has long keys with the same beginning next to each other, but in the order of their hashes. So
 * the iterator reads such a group as a whole, and sorts it.
 */
class LmdbIterator extends Iterator<StorageEntry, undefined> {
  readonly #rows: Iterator<Stored>
  readonly #range: StorageRange
  #next: IteratorResult<Stored>
  #group: StorageEntry[] = []

  constructor(rows: RangeIterable<Stored>, range: StorageRange) {
    super()
    this.#range = range
    this.#rows = rows[Symbol.iterator]()
    // LMDB opens its cursor, and so its snapshot, at the first step. So the first step is done here.
    this.#next = this.#step()
  }

  next(): IteratorResult<StorageEntry, undefined> {
    for (;;) {
      const entry = this.#group.shift() ?? this.#read()
      if (entry === undefined || this.#isBehind(entry.key)) return this.return()
      if (this.#isIn(entry.key)) return { done: false, value: entry }
    }
  }

  override return(): IteratorResult<StorageEntry, undefined> {
    this.#group = []
    this.#next = { done: true, value: undefined }
    this.#rows.return?.()
    return { done: true, value: undefined }
  }

  #read(): StorageEntry | undefined {
    if (this.#next.done === true) return undefined
    const { key, value } = this.#next.value
    if (isStoredLong(key)) return this.#readGroup(sharedBeginning(key))
    this.#next = this.#step()
    return { key: key.subarray(1), value }
  }

  #readGroup(shared: Uint8Array): StorageEntry | undefined {
    const group: StorageEntry[] = []
    while (this.#next.done !== true && isStoredLong(this.#next.value.key)) {
      if (!equalBytes(sharedBeginning(this.#next.value.key), shared)) break
      group.push(unpackLong(this.#next.value.value))
      this.#next = this.#step()
    }
    const sign = this.#range.reverse === true ? -1 : 1
    this.#group = group.sort((left, right) => sign * compareBytes(left.key, right.key))
    return this.#group.shift()
  }

  #step(): IteratorResult<Stored> {
    return this.#rows.next()
  }

  #isBehind(key: Uint8Array): boolean {
    const { from, reverse } = this.#range
    return reverse === true && from !== undefined && compareBytes(key, from) < 0
  }

  #isIn(key: Uint8Array): boolean {
    const { from, to } = this.#range
    return (from === undefined || compareBytes(key, from) >= 0) && (to === undefined || compareBytes(key, to) < 0)
  }
}
