import { OrderedMap, type OrderedRange } from '../../storage/ordered-map.ts'
import { detached, type KeyedRow, type Row } from './row.ts'
import { RowSizes } from './row-sizes.ts'
import type { BaseRows } from './key-value-rows.ts'

/**
 * The rows of a store in memory that holds at most `maxEntries` rows (Java: `MemoryLRUCache`). A row beyond that number evicts the least
 * recently used row. `get`, `put` and `restore` use a row; `scan` does not.
 */
export class LruRows implements BaseRows {
  readonly dirtyBytes = 0
  readonly #sizes = new RowSizes()
  readonly #maxEntries: number
  readonly #rows = new OrderedMap<Row>()
  /** The keys, the least recently used first. */
  readonly #used = new Set<string>()
  #onEvict: ((key: string) => void) | undefined

  constructor(maxEntries: number) {
    this.#maxEntries = maxEntries
  }

  /** Calls the listener with each key that a `put` evicts. An eviction by `restore` does not call it. */
  onEvict(listener: (key: string) => void): void {
    this.#onEvict = listener
  }

  get heldBytes(): number {
    return this.#sizes.of(this.#rows.size)
  }

  get(key: string): Row | null {
    const row = this.#rows.get(key)
    if (row === undefined) return null
    this.#use(key)
    return row
  }

  put(key: string, row: Row | null): void {
    const evicted = this.#put(key, row)
    if (evicted !== undefined) this.#onEvict?.(evicted)
  }

  scan(range: OrderedRange): IterableIterator<KeyedRow> {
    return this.#rows.scan(range)
  }

  count(): number {
    return this.#rows.size
  }

  commit(): void {}

  checkpoint(): void {}

  checkpointed(): void {}

  restore(key: string, row: Row | null): void {
    this.#put(key, row)
  }

  #put(key: string, row: Row | null): string | undefined {
    if (row === null) return this.#remove(key)
    this.#rows.set(key, detached(row))
    this.#sizes.written(key, row)
    this.#use(key)
    if (this.#rows.size <= this.#maxEntries) return undefined
    const [oldest] = this.#used
    this.#remove(oldest!)
    return oldest
  }

  #remove(key: string): undefined {
    this.#rows.delete(key)
    this.#used.delete(key)
  }

  #use(key: string): void {
    this.#used.delete(key)
    this.#used.add(key)
  }
}
