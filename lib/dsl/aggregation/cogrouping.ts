import { operator, type ProcessorParameters } from '../../processor/processor-parameters.ts'
import { PassThrough } from '../../processor/stateless/pass-through.ts'
import { storeKindOf } from '../../state/store-kinds.ts'
import type { StoreSpec } from '../../state/store-spec.ts'
import { GraphNode, type WindowEnd } from '../graph/graph.ts'
import type { AnySerde, TableOperator, TableState } from '../graph/state.ts'
import type { MaterializedStore } from './materialized.ts'
import type { Named } from '../options.ts'
import type { StreamGrouping } from './stream-grouping.ts'

export type AnyAggregator = (aggregate: unknown, value: unknown, key: unknown) => unknown

/** An aggregation over all grouped streams: one store, and for each stream a processor that folds its records in. */
export interface Coaggregation {
  readonly named: Named | undefined
  readonly store: MaterializedStore
  readonly spec: StoreSpec
  /** Key serde of the resulting table. A windowed aggregation has a windowed serde. */
  readonly key: AnySerde | undefined
  readonly table: TableOperator
  readonly processor: (aggregator: AnyAggregator) => ProcessorParameters
  /** For windowed aggregations: as in `Aggregation`, of a single grouped stream. */
  readonly graceMs?: number
  readonly windowEnd?: WindowEnd
}

/** Prefix of the generated names of stores and nodes. */
export const cogroupPrefix = 'COGROUPKSTREAM-AGGREGATE-'

/**
 * Grouped streams, each with its aggregator, that are aggregated into the same tables (Java: `CogroupedStreamAggregateBuilder`).
 */
export class Cogrouping {
  readonly #aggregators = new Map<StreamGrouping, AnyAggregator>()
  /**
   * The node that each grouping's records come from. If a grouping needs a repartition, all aggregations of the cogroup share it.
   */
  readonly #parents = new Map<StreamGrouping, GraphNode>()
  readonly #first: StreamGrouping

  constructor(first: StreamGrouping, aggregator: AnyAggregator) {
    this.#first = first
    this.add(first, aggregator)
  }

  /** Adds a grouped stream. If it has been added before, the new aggregator replaces the old one. */
  add(grouping: StreamGrouping, aggregator: AnyAggregator): void {
    this.#aggregators.set(grouping, aggregator)
  }

  get graph(): StreamGrouping['graph'] {
    return this.#first.graph
  }

  aggregate(aggregation: Coaggregation): TableState {
    const { named, store, key, table: operator } = aggregation
    for (const grouping of this.#aggregators.keys()) this.#repartition(grouping, store.name)
    this.graph.copartition(new Set([...this.#aggregators.keys()].flatMap(({ stream }) => [...stream.sources])))
    const nodes = [...this.#aggregators].map(([grouping, aggregator], index) => {
      const name = this.graph.suffixedNameOr(named, `-cogroup-agg-${index}`, cogroupPrefix)
      const node = aggregateNode(name, aggregation, aggregator)
      return this.graph.add([this.#parents.get(grouping)!], node)
    })
    const name = this.graph.suffixedNameOr(named, '-cogroup-merge', 'COGROUPKSTREAM-MERGE-')
    const node = this.graph.add(nodes, mergeNode(name))
    const { builder } = this.#first.stream
    // As in Java, the table's only source is its own node, which reads no topic: a join does not compare its partitions.
    const table = { builder, name, node, key, value: store.value, sources: new Set([name]), operator }
    return { ...table, queryableName: store.queryableName }
  }

  /** Each aggregation generates the names of a repartition, even if it uses the node of an earlier one: so does Java. */
  #repartition(grouping: StreamGrouping, storeName: string): void {
    const { stream } = grouping
    if (!stream.needsRepartition) return void this.#parents.set(grouping, stream.node)
    const node = grouping.newRepartition(storeName)
    if (!this.#parents.has(grouping)) this.#parents.set(grouping, this.graph.add([stream.node], node))
  }
}

function aggregateNode(
  name: string,
  { spec, processor, graceMs, windowEnd }: Coaggregation,
  aggregator: AnyAggregator,
): GraphNode {
  return new GraphNode({
    name,
    versions: storeKindOf(spec).versions,
    graceMs,
    windowEnd,
    write: (topology, { parentNames }) => {
      topology.addProcessor({ name, processor: processor(aggregator), parents: parentNames })
      topology.addStateStore(spec, [name])
    },
  })
}

function mergeNode(name: string): GraphNode {
  const processor = operator('aggregate', PassThrough)
  return new GraphNode({
    name,
    write: (topology, { parentNames }) => topology.addProcessor({ name, processor, parents: parentNames }),
  })
}
