import { storeKindOf } from '../../state/store-kinds.ts'
import type { ProcessorParameters } from '../../processor/processor-parameters.ts'
import type { StoreSpec } from '../../state/store-spec.ts'
import { checkName } from '../../topology/names.ts'
import { GraphNode, type StreamsGraph, type WindowEnd } from '../graph/graph.ts'
import {
  erased,
  type AnySerde,
  type ErasedSerdes,
  type StreamState,
  type TableOperator,
  type TableState,
} from '../graph/state.ts'
import type { MaterializedStore } from './materialized.ts'
import type { Grouped, Named } from '../options.ts'
import { afterRepartition, repartitionNode } from '../graph/repartition.ts'

/** {@link Grouped} of any types. */
export type GroupedOptions = Pick<Grouped<unknown, unknown>, 'name'> & ErasedSerdes

/**
 * The stream and the serdes behind a KGroupedStream. It adds repartitions for its aggregations (Java:
 * `GroupedStreamAggregateBuilder`).
 */
export class StreamGrouping {
  readonly stream: StreamState
  readonly key: AnySerde | undefined
  readonly value: AnySerde | undefined
  readonly #name: string | undefined
  readonly #method: string
  #repartition: GraphNode | undefined

  /** `method` is the DSL method that groups, for messages. */
  constructor(stream: StreamState, { name, key, value }: GroupedOptions, method: string) {
    this.#method = method
    this.stream = stream
    this.key = erased(key) ?? stream.key
    this.value = erased(value) ?? stream.value
    this.#name = name === undefined ? undefined : checkName(name)
  }

  get graph(): StreamsGraph {
    return this.stream.builder.graph
  }

  /**
   * The stream to aggregate, behind a repartition if its key has changed. All aggregations of a named grouping share one
   * repartition topic. Without a name each aggregation has a topic of its own, called after its store.
   */
  repartitioned(storeName: string): StreamState {
    if (!this.stream.needsRepartition) return this.stream
    const fresh = this.newRepartition(storeName)
    const node = this.#name === undefined ? fresh : (this.#repartition ?? fresh)
    this.#repartition = node
    this.graph.add([this.stream.node], node)
    return afterRepartition(this.stream, node, this)
  }

  /**
   * Makes a repartition of the stream, called after the grouping or, if that has no name, after the store. The caller adds it to
   * the graph.
   */
  newRepartition(storeName: string): GraphNode {
    const { key, value } = this
    return repartitionNode(this.graph, { method: this.#method, name: this.#name ?? storeName, key, value })
  }
}

export interface Aggregation {
  readonly prefix: string
  readonly named: Named | undefined
  readonly store: MaterializedStore
  readonly spec: StoreSpec
  /** Key serde of the resulting table. A windowed aggregation has a windowed serde. */
  readonly key: AnySerde | undefined
  readonly table: TableOperator
  readonly processor: () => ProcessorParameters
  /** For windowed aggregations: how long after its end a window may still change. For sessions that is the gap and the grace. */
  readonly graceMs?: number
  /** For windowed aggregations: whether a window includes its end. Default `excluded`. */
  readonly windowEnd?: WindowEnd
}

export function addAggregate(grouping: StreamGrouping, aggregation: Aggregation): TableState {
  const { store, spec, key, table, processor, graceMs, windowEnd } = aggregation
  const { graph } = grouping
  const name = graph.nameOr(aggregation.named, aggregation.prefix)
  const { node: parent, sources } = grouping.repartitioned(store.name)
  const node = new GraphNode({
    name,
    versions: storeKindOf(spec).versions,
    graceMs,
    windowEnd,
    write: (topology, { parentNames }) => {
      topology.addProcessor({ name, processor: processor(), parents: parentNames })
      topology.addStateStore(spec, [name])
    },
  })
  graph.add([parent], node)
  const { builder } = grouping.stream
  return { builder, name, node, key, value: store.value, sources, queryableName: store.queryableName, operator: table }
}
