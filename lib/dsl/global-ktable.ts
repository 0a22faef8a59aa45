import type { KTableValueGetterSupplier } from '../processor/table/ktable-value-getter.ts'
import { internals } from './graph/state.ts'

/** A table of which every process holds all partitions (Java: `GlobalKTable`). A stream joins it by any key. */
export class GlobalKTable<K, V> {
  readonly [internals]: { readonly getter: KTableValueGetterSupplier<K, V> }
  readonly #queryableName: string | undefined

  constructor(getter: KTableValueGetterSupplier<K, V>, queryableName: string | undefined) {
    this[internals] = { getter }
    this.#queryableName = queryableName
  }

  /** The name of the store, where one was given. */
  get queryableStoreName(): string | undefined {
    return this.#queryableName
  }
}
