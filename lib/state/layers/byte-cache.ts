import { ByteKey } from '../../kernel/byte-key.ts'
import type { KeyRange } from '../../kernel/ordered-rows.ts'
import { noValue } from '../../kernel/byte-table.ts'
import { leaving, VersionedTable, type Pin } from '../../kernel/versioned-table.ts'
import type { RecordContext } from '../../model/record-context.ts'
import { RowView } from '../key-value/row-view.ts'
import { TableScan } from '../key-value/table-scan.ts'
import type { CacheBudget, EvictableCache } from '../state-store.ts'
import { DirtyEntries } from './dirty-entries.ts'

/** The memory of an entry beside its key and value: its row, its place in the index, its update. */
const entryOverheadBytes = 96

// The own word of a row: whether it was used since the hand has passed it, and above that its place among the updates, from 1 on.
const isUsed = 1
const placeUnit = 2

/** An update that leaves the cache. It is valid during the call that gets it. */
export interface LeavingEntry {
  readonly key: ByteKey
  /** Null: a deletion. */
  readonly row: RowView | null
  readonly context: RecordContext
  /** True for a deletion if the cache held a value of the key that was never emitted. Reads may have returned that value. */
  readonly deletesUnemitted: boolean
}

/**
 * The record cache of a key-value store (Java: `NamedCache`). A flush emits the updates in the order in which the newest of each key came.
 * An eviction uses the CLOCK algorithm: a hand goes round the entries, and removes each entry that was not used since the hand last passed
 * it, until enough bytes are free. If such an entry waits for a flush, the eviction first flushes the whole cache.
 */
export class ByteCache implements EvictableCache {
  readonly #budget: CacheBudget
  readonly #emit: (entry: LeavingEntry) => void
  readonly #table = new VersionedTable()
  readonly #view = new RowView()
  readonly #leaving = new ByteKey()
  #dirty = new DirtyEntries()
  #hand = 0
  #bytes = 0
  #flushing = 0

  constructor(budget: CacheBudget, emit: (entry: LeavingEntry) => void) {
    this.#budget = budget
    this.#emit = emit
    budget.register(this)
  }

  get bytes(): number {
    return this.#bytes
  }

  /** The cached row of a key; null: a deletion; undefined: the cache has no entry. */
  get(key: ByteKey): RowView | null | undefined {
    const table = this.#table
    const row = table.find(key)
    if (row === 0) return undefined
    const length = table.valueLength(row)
    if (length === leaving) return undefined
    const own = table.own(row)
    if ((own & isUsed) === 0) table.setOwn(row, own | isUsed)
    return length < 0 ? null : this.#view.set(table.bytes, table.valueAt(row), length, table.timestamp(row))
  }

  /** The cached rows as of the call, ordered by key. A deletion is a row of null. */
  scan(range: KeyRange): TableScan {
    return new TableScan(this.#table, range)
  }

  /** Caches a row that was read from the layer below. */
  keep(key: ByteKey, row: RowView): void {
    const id = this.#table.find(key) || this.#table.add(key)
    this.#table.setOwn(id, 0)
    this.#write(id, row, 0)
  }

  put(key: ByteKey, row: RowView | null, context: RecordContext): void {
    const table = this.#table
    const found = table.find(key)
    const id = found === 0 ? table.add(key) : found
    const size = found === 0 ? 0 : this.#sizeOf(id)
    const place = table.own(id) >>> 1
    const deletesUnemitted = row === null && place > 0 && (table.valueLength(id) >= 0 || this.#dirty.deletesUnemitted(place - 1))
    if (place > 0) this.#undirty(place - 1)
    table.setOwn(id, (this.#dirty.push(id, context, deletesUnemitted) + 1) * placeUnit + isUsed)
    this.#write(id, row, size)
  }

  /** Emits the updates. An operator that gets one may write to this cache: its update waits for the next flush. */
  flush(): void {
    if (this.#dirty.count === 0) return
    const dirty = this.#takeDirty()
    const pin = this.#table.pin()
    this.#flushing++
    try {
      for (let place = 0; place < dirty.length; place++) if (dirty.row(place) !== 0) this.#leave(dirty, place, pin)
    } finally {
      this.#flushing--
      this.#table.unpin(pin)
    }
  }

  evict(bytes: number): void {
    // During a flush, some entries are not yet in the layer below. Reads must find these entries in the cache.
    if (this.#flushing > 0) return
    const least = Math.max(0, this.#bytes - bytes)
    for (let steps = 3 * this.#table.places; steps > 0 && this.#bytes > least; steps--) this.#step()
  }

  /** Forgets all entries, without emitting what waits. */
  clear(): void {
    this.#dirty = new DirtyEntries()
    const rows = [...this.#table.rows()]
    for (const row of rows) if (this.#table.valueLength(row) !== leaving) this.#remove(row)
  }

  close(): void {
    this.#budget.unregister(this)
  }

  /** Called for each entry that leaves the cache. */
  protected left(_key: ByteKey): void {}

  #write(id: number, row: RowView | null, formerSize: number): void {
    if (row === null) this.#table.putRowDeletion(id, 0)
    else this.#table.putRow(id, row.bytes, row.at, row.length, row.timestamp)
    this.#charge(this.#sizeOf(id) - formerSize)
  }

  /** A row that has left, and is there for open scans alone, has no size. */
  #sizeOf(row: number): number {
    const length = this.#table.valueLength(row)
    return length === leaving ? 0 : entryOverheadBytes + this.#table.keyLength(row) + Math.max(0, length)
  }

  #charge(bytes: number): void {
    this.#bytes += bytes
    this.#budget.charge(bytes, this)
  }

  /** Takes the updates: from now on the entries are clean. */
  #takeDirty(): DirtyEntries {
    const dirty = this.#dirty
    this.#dirty = new DirtyEntries()
    for (let place = 0; place < dirty.length; place++) {
      const row = dirty.row(place)
      if (row !== 0) this.#table.setOwn(row, this.#table.own(row) & isUsed)
    }
    return dirty
  }

  /** Emits an update as it was when the flush began. A deletion leaves the cache with it, if the key was not written since. */
  #leave(dirty: DirtyEntries, place: number, pin: Pin): void {
    const table = this.#table
    const row = dirty.row(place)
    const version = table.versionAt(row, pin)
    const length = table.valueLength(version)
    const key = new ByteKey().setHashed(table.bytes, table.keyAt(row), table.keyLength(row), table.hash(row))
    const view = length < 0 ? null : new RowView().set(table.bytes, table.valueAt(version), length, table.timestamp(version))
    this.#emit({ key, row: view, context: dirty.context(place), deletesUnemitted: dirty.deletesUnemitted(place) })
    if (length < 0 && !table.isNewer(row, pin) && table.valueLength(row) === noValue) this.#remove(row)
  }

  /** The gaps in the list of updates are closed when they far outnumber these: each update is then moved for three writes. */
  #undirty(place: number): void {
    const dirty = this.#dirty
    dirty.remove(place)
    if (dirty.length < 4 * dirty.count + 1024) return
    const table = this.#table
    dirty.compact((row, moved) => table.setOwn(row, (moved + 1) * placeUnit + (table.own(row) & isUsed)))
  }

  #step(): void {
    const table = this.#table
    if (this.#hand >= table.places) this.#hand = 0
    const row = table.rowIn(this.#hand++)
    if (row === 0 || table.valueLength(row) === leaving) return
    const own = table.own(row)
    if ((own & isUsed) !== 0) return table.setOwn(row, own & ~isUsed)
    if (own !== 0) this.flush()
    // The flush may have removed the entry, or written it again.
    else this.#remove(row)
  }

  #remove(row: number): void {
    const table = this.#table
    this.left(this.#leaving.setHashed(table.bytes, table.keyAt(row), table.keyLength(row), table.hash(row)))
    this.#charge(-this.#sizeOf(row))
    table.setOwn(row, 0)
    table.deleteRow(row)
  }
}
