import { KTableDerive, type KTableDeriveOptions } from '../../processor/table/ktable-derive.ts'
import { filteredGetter, mappedGetter } from '../../processor/table/ktable-value-getter.ts'
import { lambdaResult } from '../../processor/lambda-result.ts'
import { GraphNode, type Versions } from '../graph/graph.ts'
import { erased, type TableState } from '../handles.ts'
import type { KTable } from '../ktable.ts'
import {
  materializeIfNamed,
  tableSpec,
  versionsOf,
  type MaterializedStore,
  type TableOptions,
} from '../aggregation/materialized.ts'
import { derivedOperator, type AnyGetter, type TableOperatorWithSettings } from './table-operators.ts'

type Predicate = (value: unknown, key: unknown) => boolean
type Mapper = (value: unknown, key: unknown) => unknown

export interface FilterOptions<K, V> extends TableOptions {
  readonly predicate: (value: V, key: K) => boolean
  readonly keep: 'matching' | 'others'
}

export function filterTable<K, V, VR>(parent: TableState, options: FilterOptions<K, V>): KTable<K, VR> {
  const { name, store } = prepare(parent, 'KTABLE-FILTER-', options)
  const answer = options.keep === 'matching'
  const keeps: Predicate = (value, key) =>
    lambdaResult((options.predicate as Predicate)(value, key), 'predicate', name) === answer
  // Where the parent has a store anyway, old values spare a tombstone for each key that never matched.
  const oldValues = parent.operator.sendOldValues('if-materialized') ? 'send' : 'omit'
  const derive = (getter: AnyGetter): AnyGetter => filteredGetter(getter, keeps)
  const operator = derivedOperator({ parent: parent.operator, storeName: store?.name, oldValues, derive })
  const value = erased(options.materialized?.value) ?? parent.value
  const kept: Mapper = (each, key) => (keeps(each, key) ? each : null)
  const versions = versionsOf(options.materialized)
  return addDerived(parent, { name, store, value, operator, derive: kept, lambda: 'predicate', nullToNull: 'skipped', versions })
}

export interface MapOptions<K, V, VR> extends TableOptions {
  readonly mapper: (value: V, key: K) => VR | null
}

export function mapTableValues<K, V, VR>(parent: TableState, options: MapOptions<K, V, VR>): KTable<K, VR> {
  const { name, store } = prepare(parent, 'KTABLE-MAPVALUES-', options)
  const mapper = options.mapper as Mapper
  const derive = (getter: AnyGetter): AnyGetter => mappedGetter(getter, mapper, name)
  const operator = derivedOperator({ parent: parent.operator, storeName: store?.name, oldValues: 'omit', derive })
  const value = erased(options.materialized?.value)
  const versions = versionsOf(options.materialized)
  return addDerived(parent, { name, store, value, operator, derive: mapper, lambda: 'mapper', nullToNull: 'sent', versions })
}

interface Derived extends Pick<KTableDeriveOptions<unknown, unknown, unknown>, 'derive' | 'lambda' | 'nullToNull'> {
  readonly name: string
  readonly store: MaterializedStore | undefined
  readonly value: TableState['value']
  readonly operator: TableOperatorWithSettings
  readonly versions: Versions | undefined
}

/** A store is made only where it is named; an unnamed `materialized` draws an index all the same, before the node does. */
function prepare(
  { builder: { graph }, key, value }: TableState,
  prefix: string,
  { name, materialized }: TableOptions,
): { readonly name: string; readonly store: MaterializedStore | undefined } {
  const inherited = prefix === 'KTABLE-FILTER-' ? { key, value } : { key }
  const store = materialized === undefined ? undefined : materializeIfNamed(graph, materialized, prefix, inherited)
  return { name: graph.nameOr({ name }, prefix), store: store?.queryableName === undefined ? undefined : store }
}

function addDerived<K, V>(parent: TableState, derived: Derived): KTable<K, V> {
  const { name, store, value, operator, derive, lambda, nullToNull, versions } = derived
  const node = new GraphNode({
    name,
    versions,
    write: (topology, { parentNames }) => {
      // The old value is that of the latest version, and says nothing of what a late update replaces.
      const nulls = parent.node.isVersioned() ? 'sent' : nullToNull
      const supplier = (): KTableDerive<unknown, unknown, unknown> =>
        new KTableDerive({ ...operator.settings(), derive, lambda, nullToNull: nulls })
      topology.addProcessor({ name, supplier, parents: parentNames })
      if (store !== undefined) topology.addStateStore(tableSpec(store), [name])
    },
  })
  parent.builder.graph.add([parent.node], node)
  const key = store?.key ?? parent.key
  return parent.builder.table({ ...parent, name, node, key, value, queryableName: store?.queryableName, operator })
}
