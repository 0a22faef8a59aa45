import type { LateUpdates } from '../../processor/table-join/ktable-ktable-join.ts'
import type { KTableSourceOptions } from '../../processor/table/ktable-source.ts'
import { materializedGetter, type KTableValueGetterSupplier } from '../../processor/table/ktable-value-getter.ts'
import type { OldValues } from '../../processor/table/timestamped-tuple-forwarder.ts'
import type { TableOperator, TableState } from '../graph/state.ts'
import type { MaterializedStore } from '../aggregation/materialized.ts'

export type AnyGetter = KTableValueGetterSupplier<unknown, unknown>

/**
 * A table operator with the settings of its processor. Operators that are added below may still change the settings, so they are
 * read when the topology is written.
 */
export interface TableOperatorWithSettings extends TableOperator {
  settings(): KTableSourceOptions
}

/**
 * Whether joins with this table drop late updates. Is called while the topology is written, when all parents of the table are
 * known.
 */
export function lateUpdatesOf({ node }: TableState): LateUpdates {
  return node.isVersioned() ? 'dropped' : 'joined'
}

/**
 * The operator of a table whose changes are the records of a stream. It has a store if the user names one, or once an operator
 * below needs one.
 */
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

/** The operator of a table that always has a store, as every aggregation has. */
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
  /** Name of the table's own store. Undefined if the user named none. */
  readonly storeName: string | undefined
  /** Whether the parent sends old values already. */
  readonly oldValues: OldValues
  readonly derive: (parent: AnyGetter) => AnyGetter
}

/** The operator of a table whose rows are computed from its parent's, row by row. */
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
