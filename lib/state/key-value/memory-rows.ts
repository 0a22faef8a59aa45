import { OrderedMap, type OrderedRange } from '../../storage/ordered-map.ts'
import { detached, type KeyedRow, type Row } from './row.ts'
import { RowSizes } from './row-sizes.ts'
import type { BaseRows } from './key-value-rows.ts'

/** The rows of a store in memory. Commits and checkpoints do nothing, because a task that is closed dirty discards all rows. */
export class MemoryRows implements BaseRows {
  readonly dirtyBytes = 0
  readonly #sizes = new RowSizes()
  readonly #rows = new OrderedMap<Row>()

  get heldBytes(): number {
    return this.#sizes.of(this.#rows.size)
  }

  get(key: string): Row | null {
    return this.#rows.get(key) ?? null
  }

  put(key: string, row: Row | null): void {
    if (row === null) return this.#rows.delete(key)
    this.#rows.set(key, detached(row))
    this.#sizes.written(key, row)
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
    this.put(key, row)
  }
}
