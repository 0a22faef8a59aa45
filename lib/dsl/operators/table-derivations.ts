import { operator } from '../../processor/processor-parameters.ts'
import { KTableDerive, type KTableDeriveOptions } from '../../processor/table/ktable-derive.ts'
import { derivedGetter } from '../../processor/table/ktable-value-getter.ts'
import type { TableDerivation } from '../../processor/table/table-derivation.ts'
import type { OldValues } from '../../processor/table/timestamped-tuple-forwarder.ts'
import { GraphNode, type Versions } from '../graph/graph.ts'
import { erased, type TableState } from '../graph/state.ts'
import {
  materializeIfNamed,
  tableSpec,
  versionsOf,
  type InheritedSerdes,
  type MaterializedStore,
  type TableOptions,
} from '../aggregation/materialized.ts'
import { derivedOperator, type TableOperatorWithSettings } from './table-operators.ts'

type Predicate = (value: unknown, key: unknown) => boolean
type Mapper = (value: unknown, key: unknown) => unknown
type Derivation = TableDerivation<unknown, unknown, unknown>

export interface FilterOptions<K, V> extends TableOptions {
  readonly predicate: (value: V, key: K) => boolean
  readonly keep: 'matching' | 'others'
}

export function filterTable<K, V>(parent: TableState, options: FilterOptions<K, V>): TableState {
  const { name, store } = prepare(parent, { prefix: 'KTABLE-FILTER-', inherited: parent }, options)
  const derivation: Derivation = { kind: 'filter', predicate: options.predicate as Predicate, keep: options.keep }
  // If the parent has a store anyway, it sends old values: the filter then need not send a tombstone for a key that never
  // matched.
  const oldValues = parent.operator.sendOldValues('if-materialized') ? 'send' : 'omit'
  const table = derivedTable(parent, { name, store, oldValues, derivation })
  const value = erased(options.materialized?.value) ?? parent.value
  const method = options.keep === 'matching' ? 'filter' : 'filterNot'
  const versions = versionsOf(options.materialized)
  return addDerived(parent, { method, name, store, value, table, derivation, nullToNull: 'skipped', versions })
}

export interface MapOptions<K, V, VR> extends TableOptions {
  readonly mapper: (value: V, key: K) => VR | null
}

export function mapTableValues<K, V, VR>(parent: TableState, options: MapOptions<K, V, VR>): TableState {
  const { name, store } = prepare(parent, { prefix: 'KTABLE-MAPVALUES-', inherited: { key: parent.key } }, options)
  const derivation: Derivation = { kind: 'map', mapper: options.mapper as Mapper }
  const table = derivedTable(parent, { name, store, oldValues: 'omit', derivation })
  const value = erased(options.materialized?.value)
  const versions = versionsOf(options.materialized)
  return addDerived(parent, { method: 'mapValues', name, store, value, table, derivation, nullToNull: 'sent', versions })
}

interface Derived extends Pick<KTableDeriveOptions<unknown, unknown, unknown>, 'derivation' | 'nullToNull'> {
  readonly method: string
  readonly name: string
  readonly store: MaterializedStore | undefined
  readonly value: TableState['value']
  readonly table: TableOperatorWithSettings
  readonly versions: Versions | undefined
}

function derivedTable(
  parent: TableState,
  { name, store, oldValues, derivation }: Pick<Derived, 'name' | 'store' | 'derivation'> & { readonly oldValues: OldValues },
): TableOperatorWithSettings {
  return derivedOperator({
    parent: parent.operator,
    storeName: store?.name,
    oldValues,
    derive: (getter) => derivedGetter({ parent: getter, derivation, nodeName: name }),
  })
}

/**
 * Determines the names of the store and the node. A store is made only if the user names it. As in Java, store options without a
 * name still advance the counter of generated names, before the node's name does.
 */
function prepare(
  { builder: { graph } }: TableState,
  { prefix, inherited }: { readonly prefix: string; readonly inherited: InheritedSerdes },
  { name, materialized }: TableOptions,
): { readonly name: string; readonly store: MaterializedStore | undefined } {
  const store = materialized === undefined ? undefined : materializeIfNamed(graph, materialized, prefix, inherited)
  return { name: graph.nameOr({ name }, prefix), store: store?.queryableName === undefined ? undefined : store }
}

function addDerived(parent: TableState, derived: Derived): TableState {
  const { method, name, store, value, table, derivation, nullToNull, versions } = derived
  const node = new GraphNode({
    name,
    versions,
    write: (topology, { parentNames }) => {
      // A versioned table sends the latest version as the old value, and not the version that a late update replaces: so no null
      // can be skipped.
      const nulls = parent.node.isVersioned() ? 'sent' : nullToNull
      const processor = operator(method, KTableDerive, { ...table.settings(), derivation, nullToNull: nulls })
      topology.addProcessor({ name, processor, parents: parentNames })
      if (store !== undefined) topology.addStateStore(tableSpec(store), [name])
    },
  })
  parent.builder.graph.add([parent.node], node)
  const key = store?.key ?? parent.key
  return { ...parent, name, node, key, value, queryableName: store?.queryableName, operator: table }
}
