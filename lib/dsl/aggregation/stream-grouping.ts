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

/** A grouped stream, as its aggregations see it (Java: `GroupedStreamAggregateBuilder`). */
export class StreamGrouping {
  readonly stream: StreamState
  readonly key: AnySerde | undefined
  readonly value: AnySerde | undefined
  readonly #name: string | undefined
  #repartition: GraphNode | undefined

  constructor(stream: StreamState, { name, key, value }: GroupedOptions) {
    this.stream = stream
    this.key = erased(key) ?? stream.key
    this.value = erased(value) ?? stream.value
    this.#name = name === undefined ? undefined : checkName(name)
  }

  get graph(): StreamsGraph {
    return this.stream.builder.graph
  }

  /**
   * The stream to aggregate. Where a repartition is due, aggregations of a named grouping share one topic; of an unnamed one each
   * has its own, called after its store.
   */
  repartitioned(storeName: string): StreamState {
    if (!this.stream.needsRepartition) return this.stream
    const fresh = this.newRepartition(storeName)
    const node = this.#name === undefined ? fresh : (this.#repartition ?? fresh)
    this.#repartition = node
    this.graph.add([this.stream.node], node)
    return afterRepartition(this.stream, node, this)
  }

  /** A repartition of the stream, called after the grouping or else the store; not yet in the graph. */
  newRepartition(storeName: string): GraphNode {
    return repartitionNode(this.graph, { method: 'groupBy', name: this.#name ?? storeName, key: this.key, value: this.value })
  }
}

export interface Aggregation {
  readonly prefix: string
  readonly named: Named | undefined
  readonly store: MaterializedStore
  readonly spec: StoreSpec
  /** Of the table that comes out: windowed, where the aggregation is. */
  readonly key: AnySerde | undefined
  readonly table: TableOperator
  readonly processor: () => ProcessorParameters
  /** Set where windows are aggregated: how long after its end a window may still change; of sessions with the gap. */
  readonly graceMs?: number
  /** Whether the end of a window belongs to it. Default `excluded`. */
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
