import type { KTableValueGetterSupplier } from '../processor/table/ktable-value-getter.ts'
import { internals } from './graph/state.ts'

/**
 * A table that each process holds whole, with all partitions (Java: `GlobalKTable`). A stream is joined with it by a key that a
 * selector takes from the record.
 */
export class GlobalKTable<K, V> {
  readonly [internals]: { readonly getter: KTableValueGetterSupplier<K, V> }
  readonly #queryableName: string | undefined

  constructor(getter: KTableValueGetterSupplier<K, V>, queryableName: string | undefined) {
    this[internals] = { getter }
    this.#queryableName = queryableName
  }

  /** Name of the table's store. Undefined if the user gave no name. */
  get queryableStoreName(): string | undefined {
    return this.#queryableName
  }
}
