import { changedSerde } from '../processor/aggregate/changed-serde.ts'
import { KTableGroupedAggregate, type KTableGroupedAggregateOptions } from '../processor/aggregate/ktable-grouped-aggregate.ts'
import { KTableRepartitionMap, type GroupSelector } from '../processor/aggregate/ktable-repartition-map.ts'
import { materializedGetter } from '../processor/table/ktable-value-getter.ts'
import { operator } from '../processor/processor-parameters.ts'
import { failOnInvalidTimestamp } from '../processor/timestamp-extractors.ts'
import { longSerde } from '../serde/integer-serdes.ts'
import { checkName } from '../topology/names.ts'
import { GraphNode } from './graph/graph.ts'
import { erased, type AnySerde, type TableState } from './graph/state.ts'
import { tableOf } from './handles.ts'
import type { KTable } from './ktable.ts'
import { materialize, tableOptions, tableSpec, versionsOf, type MaterializedStore } from './aggregation/materialized.ts'
import type { Materialized } from './options.ts'
import { addOne, subtractOne, zero } from './aggregation/counting.ts'
import type { GroupedOptions } from './aggregation/stream-grouping.ts'
import { storedOperator } from './operators/table-operators.ts'

type Folds = Pick<KTableGroupedAggregateOptions<unknown, unknown, unknown>, 'initializer' | 'adder' | 'subtractor'>

/**
 * A table whose rows are grouped by a new key (Java: `KGroupedTable`). Each change of a row removes the old row from its group
 * and adds the new row to its group. So every aggregation has an adder, and a subtractor that undoes the adder's work.
 */
export class KGroupedTable<K, V> {
  readonly #table: TableState
  readonly #selected: GraphNode
  readonly #name: string | undefined
  readonly #key: AnySerde | undefined
  readonly #value: AnySerde | undefined
  #repartition: GraphNode | undefined

  constructor(table: TableState, selector: GroupSelector<never, never, K, V>, { name, key, value }: GroupedOptions) {
    this.#table = table
    this.#name = name === undefined ? undefined : checkName(name)
    this.#key = erased(key)
    this.#value = erased(value)
    this.#selected = addSelect(table, selector, this.#name)
    table.operator.sendOldValues('materialize')
  }

  /**
   * Counts the rows of each group.
   *
   * @example
   * const perCountry = groupedTable.count({ store: 'per-country' })
   */
  count(options?: Materialized<K, number>): KTable<K, number> {
    const { name, materialized } = tableOptions(options, { call: 'count()', stored: 'table' })
    const inherited = { key: this.#key, value: erased(longSerde) }
    const store = materialize(this.#table.builder.graph, materialized, 'KTABLE-AGGREGATE-', inherited)
    const folds = { initializer: zero, adder: addOne, subtractor: subtractOne }
    return this.#add('count', 'KTABLE-AGGREGATE-', store, name, folds)
  }

  /**
   * Combines the values of each group two by two, beginning with the first value. A result of null deletes the group's row.
   *
   * @example
   * const total = groupedTable.reduce((total, amount) => total + amount, (total, amount) => total - amount)
   */
  reduce<VR = V>(
    adder: (aggregate: V, value: V, key: K) => V | null,
    subtractor: (aggregate: V, value: V, key: K) => V | null,
    options?: Materialized<K, V, VR>,
  ): KTable<K, VR> {
    const { name, materialized } = tableOptions(options, { call: 'reduce()', stored: 'table' })
    const inherited = { key: this.#key, value: this.#value }
    const store = materialize(this.#table.builder.graph, materialized, 'KTABLE-AGGREGATE-', inherited)
    return this.#add('reduce', 'KTABLE-REDUCE-', store, name, { initializer: undefined, adder, subtractor })
  }

  /**
   * Folds the values of each group into an aggregate, which begins as the initial value. A result of null deletes the group's
   * row.
   *
   * The option `value` is the serde of the aggregates. Default: the application's `defaultValueSerde`. Where neither is given, the
   * application is refused (`STREAMS_SERDE_MISSING`).
   *
   * @example
   * const sums = groupedTable.aggregate(() => 0, (sum, amount) => sum + amount, (sum, amount) => sum - amount, { value: Serdes.double })
   */
  aggregate<VR>(
    initializer: () => VR,
    adder: (aggregate: VR, value: V, key: K) => VR | null,
    subtractor: (aggregate: Exclude<VR, null>, value: V, key: K) => VR | null,
    options?: Materialized<K, Exclude<VR, null>>,
  ): KTable<K, Exclude<VR, null>> {
    const { name, materialized } = tableOptions(options, { call: 'aggregate()', stored: 'table' })
    const store = materialize(this.#table.builder.graph, materialized, 'KTABLE-AGGREGATE-', { key: this.#key })
    return this.#add('aggregate', 'KTABLE-AGGREGATE-', store, name, { initializer, adder, subtractor })
  }

  #add<VR>(method: string, prefix: string, store: MaterializedStore, given: string | undefined, folds: object): KTable<K, VR> {
    const { builder } = this.#table
    const { graph } = builder
    const named = { name: given }
    const sinkName = graph.suffixedNameOr(named, '-sink', 'KSTREAM-SINK-')
    const sourceName = graph.suffixedNameOr(named, '-source', 'KSTREAM-SOURCE-')
    const name = graph.nameOr(named, prefix)
    const parent = this.#repartitioned(store.name, sinkName, sourceName)
    const table = storedOperator(store.name, materializedGetter(store.name))
    const node = new GraphNode({
      name,
      versions: versionsOf(store.options),
      write: (topology, { parentNames }) => {
        const options = { ...table.settings(), ...(folds as Folds) }
        topology.addProcessor({ name, processor: operator(method, KTableGroupedAggregate, options), parents: parentNames })
        topology.addStateStore(tableSpec(store), [name])
      },
    })
    graph.add([parent], node)
    const { key, value, queryableName } = store
    return tableOf({ builder, name, node, key, value, sources: new Set([parent.name]), queryableName, operator: table })
  }

  /**
   * As with a grouped stream, all aggregations of a named grouping share one repartition topic. Without a name each aggregation
   * has a topic of its own.
   */
  #repartitioned(storeName: string, sinkName: string, sourceName: string): GraphNode {
    const topic = `${this.#name ?? storeName}-repartition`
    const shared = this.#name === undefined ? undefined : this.#repartition
    const node = shared ?? repartitionNode({ topic, sinkName, sourceName, key: this.#key, value: this.#value })
    this.#repartition = node
    return this.#table.builder.graph.add([this.#selected], node)
  }
}

function addSelect<K, V>(
  { builder: { graph }, node: parent }: TableState,
  selector: GroupSelector<never, never, K, V>,
  name: string | undefined,
): GraphNode {
  const selectName = graph.nameOr({ name }, 'KTABLE-SELECT-')
  const node = new GraphNode({
    name: selectName,
    write: (topology, { parentNames }) => {
      const lateUpdates = parent.isVersioned() ? 'dropped' : 'grouped'
      const processor = operator('groupBy', KTableRepartitionMap<never, never, K, V>, { selector, lateUpdates })
      topology.addProcessor({ name: selectName, processor, parents: parentNames })
    },
  })
  return graph.add([parent], node)
}

interface TableRepartition {
  readonly topic: string
  readonly sinkName: string
  readonly sourceName: string
  readonly key: AnySerde | undefined
  readonly value: AnySerde | undefined
}

/**
 * A repartition through a topic of changes (Java: `GroupedTableOperationRepartitionNode`). The node has the name of its source.
 */
function repartitionNode({ topic, sinkName, sourceName, key, value }: TableRepartition): GraphNode {
  const serdes = { key, value: erased(changedSerde(value)) }
  return new GraphNode({
    name: sourceName,
    write: (topology, { parentNames }) => {
      topology.addInternalTopic(topic, { partitions: undefined })
      topology.addSink({ name: sinkName, method: 'groupBy', topic, ...serdes, parents: parentNames })
      topology.addSource({
        name: sourceName,
        method: 'groupBy',
        topics: [topic],
        ...serdes,
        timestampExtractor: failOnInvalidTimestamp,
      })
    },
  })
}
