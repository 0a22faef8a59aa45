import type { LateUpdates } from '../../processor/table-join/ktable-ktable-join.ts'
import type { KTableSourceOptions } from '../../processor/table/ktable-source.ts'
import { materializedGetter, type KTableValueGetterSupplier } from '../../processor/table/ktable-value-getter.ts'
import type { OldValues } from '../../processor/table/timestamped-tuple-forwarder.ts'
import type { TableOperator, TableState } from '../graph/state.ts'
import type { MaterializedStore } from '../aggregation/materialized.ts'

export type AnyGetter = KTableValueGetterSupplier<unknown, unknown>

/** What operators are told when they are made: whoever consumes the table may still change it while the graph is built. */
export interface TableOperatorWithSettings extends TableOperator {
  settings(): KTableSourceOptions
}

/** Asked while the topology is written, when all that the table is made of is known. */
export function lateUpdatesOf({ node }: TableState): LateUpdates {
  return node.isVersioned() ? 'dropped' : 'joined'
}

/** A table whose values are the records of a stream: it gets its store when the first consumer needs one. */
export function tableSourceOperator({ name, queryableName }: MaterializedStore): TableOperatorWithSettings {
  let storeName = queryableName
  let oldValues: OldValues = 'omit'
  return {
    settings: () => ({ storeName, oldValues }),
    valueGetter: () => {
      storeName = name
      return materializedGetter(name)
    },
    sendOldValues: (how) => {
      if (how === 'if-materialized' && storeName === undefined) return false
      storeName = name
      oldValues = 'send'
      return true
    },
  }
}

export interface StoredTableSettings extends KTableSourceOptions {
  readonly storeName: string
}

export interface StoredTableOperator extends TableOperator {
  settings(): StoredTableSettings
}

/** A table that always has a store, as aggregates have. */
export function storedOperator(name: string, getter: AnyGetter): StoredTableOperator {
  let oldValues: OldValues = 'omit'
  return {
    settings: () => ({ storeName: name, oldValues }),
    valueGetter: () => getter,
    sendOldValues: () => {
      oldValues = 'send'
      return true
    },
  }
}

export interface DerivedOperatorOptions {
  readonly parent: TableOperator
  /** Its own store; only where it is named. */
  readonly storeName: string | undefined
  /** Whether old values come from the parent already. */
  readonly oldValues: OldValues
  readonly derive: (parent: AnyGetter) => AnyGetter
}

/** A table that is computed from its parent's rows, one by one. */
export function derivedOperator({
  parent,
  storeName,
  oldValues: initial,
  derive,
}: DerivedOperatorOptions): TableOperatorWithSettings {
  let oldValues = initial
  return {
    settings: () => ({ storeName, oldValues }),
    valueGetter: () => (storeName === undefined ? derive(parent.valueGetter()) : materializedGetter(storeName)),
    sendOldValues: (how) => {
      if (storeName !== undefined || parent.sendOldValues(how)) oldValues = 'send'
      return oldValues === 'send'
    },
  }
}
