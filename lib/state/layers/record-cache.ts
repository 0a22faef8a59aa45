import type { RecordContext } from '../../model/record-context.ts'
import { OrderedMap, type OrderedRange } from '../../storage/ordered-map.ts'
import { translated } from '../key-value/row-iterators.ts'
import type { Row } from '../key-value/row.ts'
import type { CacheBudget, EvictableCache } from '../state-store.ts'

/**
 * The cache budget of a stream thread: `statestore.cache.max.bytes` divided by the number of threads (Java: `ThreadCache`). The rows that
 * stores keep in memory although storage has them have another one of these.
 */
export class RecordCacheBudget implements CacheBudget {
  readonly maxBytes: number
  readonly #caches = new Set<EvictableCache>()
  #bytes = 0

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes
  }

  get bytes(): number {
    return this.#bytes
  }

  register(cache: EvictableCache): void {
    this.#caches.add(cache)
  }

  unregister(cache: EvictableCache): void {
    if (this.#caches.delete(cache)) this.#bytes -= cache.bytes
  }

  /**
   * Adds `bytes` to the total. If the total exceeds the budget, the cache that grew evicts entries. As in Java, the other caches evict
   * nothing: an eviction emits records, and another task must not emit records while this task processes one. The cache tries to bring
   * the total down to nine tenths of the budget, so that the next put need not evict again.
   */
  charge(bytes: number, by: EvictableCache): void {
    this.#bytes += bytes
    if (bytes > 0 && this.#bytes > this.maxBytes) by.evict(this.#bytes - Math.floor(this.maxBytes * 0.9))
  }
}

/** The newest update of a key, with the input record that made it. A constructor makes it for the reason that `row` names. */
export class CacheEntry {
  readonly key: string
  readonly row: Row | null
  /** Null if the row was read from the layer below, and not written. */
  readonly context: RecordContext | null
  readonly bytes: number
  /** True for a deletion if the cache held a value of the key that was never emitted. Reads may have returned that value. */
  readonly deletesUnemitted: boolean
  /** The index in the list of dirty entries, while the entry is dirty. */
  position: number
  dirty: boolean
  referenced: boolean

  constructor(key: string, row: Row | null, context: RecordContext | null, deletesUnemitted: boolean, position: number) {
    this.key = key
    this.row = row
    this.context = context
    this.bytes = entryBytes(key, row)
    this.deletesUnemitted = deletesUnemitted
    this.position = position
    this.dirty = context !== null
    this.referenced = context !== null
  }
}

const entryOverheadBytes = 160

/**
 * The record cache of one store (Java: `NamedCache`). A flush emits the dirty entries in the order of their newest updates. An eviction
 * uses the CLOCK algorithm: a hand goes round the entries, and removes each entry that was not used since the hand last passed it, until
 * enough bytes are free. If such an entry is dirty, the eviction first flushes the whole cache.
 */
export class RecordCache implements EvictableCache {
  readonly #budget: CacheBudget
  readonly #emit: (entry: CacheEntry) => void
  readonly #entries = new OrderedMap<CacheEntry>()
  #dirty: (CacheEntry | undefined)[] = []
  #dirtyCount = 0
  #hand: IterableIterator<[string, CacheEntry]> | undefined
  #bytes = 0
  #flushing = 0

  constructor(budget: CacheBudget, emit: (entry: CacheEntry) => void) {
    this.#budget = budget
    this.#emit = emit
    budget.register(this)
  }

  get bytes(): number {
    return this.#bytes
  }

  get(key: string): CacheEntry | undefined {
    const entry = this.#entries.get(key)
    if (entry !== undefined) entry.referenced = true
    return entry
  }

  /** The cached rows as of the call, ordered by key. A deletion is a row of null. */
  scan(range: OrderedRange): IterableIterator<readonly [string, Row | null]> {
    return translated(this.#entries.scan(range), ([key, { row }]) => [key, row] as const)
  }

  /** Caches a row that was read from the layer below. */
  keep(key: string, row: Row): void {
    this.#set(new CacheEntry(key, row, null, false, -1))
  }

  put(key: string, row: Row | null, context: RecordContext): void {
    const old = this.#entries.get(key)
    if (old?.dirty === true) this.#undirty(old)
    const position = this.#dirty.length
    const deletesUnemitted = row === null && old?.dirty === true && (old.row !== null || old.deletesUnemitted)
    const entry = new CacheEntry(key, row, context, deletesUnemitted, position)
    this.#dirty.push(entry)
    this.#dirtyCount++
    this.#set(entry)
  }

  /** Emits the dirty entries. An operator that gets an emitted entry may write to this cache: its update waits for the next flush. */
  flush(): void {
    const dirty = this.#dirty.filter((entry) => entry !== undefined)
    this.#dirty = []
    this.#dirtyCount = 0
    for (const entry of dirty) entry.dirty = false
    this.#flushing++
    for (const entry of dirty) {
      this.#emit(entry)
      if (entry.row === null && this.#entries.get(entry.key) === entry) this.#remove(entry)
    }
    this.#flushing--
  }

  evict(bytes: number): void {
    // During a flush, some entries are not yet in the layer below. Reads must find these entries in the cache.
    if (this.#flushing > 0) return
    const target = Math.max(0, this.#bytes - bytes)
    while (this.#bytes > target) {
      const entry = this.#underHand()
      if (entry === undefined) return
      if (entry.referenced) entry.referenced = false
      else if (entry.dirty) this.flush()
      if (!entry.referenced && !entry.dirty && this.#entries.get(entry.key) === entry) this.#remove(entry)
    }
  }

  close(): void {
    this.#budget.unregister(this)
  }

  #set(entry: CacheEntry): void {
    const grown = entry.bytes - (this.#entries.get(entry.key)?.bytes ?? 0)
    this.#entries.set(entry.key, entry)
    this.#bytes += grown
    this.#budget.charge(grown, this)
  }

  #remove(entry: CacheEntry): void {
    this.#entries.delete(entry.key)
    this.#bytes -= entry.bytes
    this.#budget.charge(-entry.bytes, this)
  }

  /** Removes an entry from the list of dirty entries, which leaves a gap. The list is compacted when the gaps far outnumber the entries. */
  #undirty(entry: CacheEntry): void {
    this.#dirty[entry.position] = undefined
    this.#dirtyCount--
    if (this.#dirty.length < 2 * this.#dirtyCount + 1024) return
    this.#dirty = this.#dirty.filter((other) => other !== undefined)
    for (const [position, other] of this.#dirty.entries()) other!.position = position
  }

  #underHand(): CacheEntry | undefined {
    const next = this.#hand?.next()
    if (next !== undefined && next.done !== true) return next.value[1]
    this.#hand = this.#entries.entries()
    return this.#hand.next().value?.[1]
  }
}

function entryBytes(key: string, row: Row | null): number {
  return key.length + (row === null ? 0 : row.bytes.byteLength) + entryOverheadBytes
}
