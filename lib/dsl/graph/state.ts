import type { Serde } from '../../model/serde.ts'
import type { KTableValueGetterSupplier } from '../../processor/table/ktable-value-getter.ts'
import type { GraphNode, StreamsGraph } from './graph.ts'

/** Key of what the handles (KStream, KTable, …) know of the graph; not part of the API. */
export const internals: unique symbol = Symbol('internals')

export type AnySerde = Serde<unknown>

/** Where a handle stands in the graph, and the serdes that travel with it. */
export interface StreamState {
  readonly builder: DslBuilder
  /** Name of the node that feeds whatever is added next. */
  readonly name: string
  readonly node: GraphNode
  readonly key: AnySerde | undefined
  readonly value: AnySerde | undefined
  /** Names of the source nodes above, as far as the next repartition: what must be copartitioned in a join. */
  readonly sources: ReadonlySet<string>
  /** The key has changed since the last repartition: a stateful operator must not come before the next one. */
  readonly needsRepartition: boolean
}

export interface TableState extends Omit<StreamState, 'needsRepartition'> {
  /** Set where the table is stored under a name. */
  readonly queryableName: string | undefined
  readonly operator: TableOperator
}

/** What a table's consumers may ask of the operator that makes it (Java: `KTableProcessorSupplier`). */
export interface TableOperator {
  /** Access to current values; what has no store is materialized by it, or computed from its parent. */
  valueGetter(): KTableValueGetterSupplier<unknown, unknown>
  /** Returns whether old values will come. `materialize` makes a store where that takes one. */
  sendOldValues(how: 'materialize' | 'if-materialized'): boolean
}

/** All of both. */
export function union(left: ReadonlySet<string>, right: ReadonlySet<string>): ReadonlySet<string> {
  return new Set([...left, ...right])
}

/** The graph that is being built, and what makes its handles, which stand above and are unknown here. */
export interface DslBuilder {
  readonly graph: StreamsGraph
  /** Makes a KStream. */
  stream(state: StreamState): object
  /** Makes a KTable. */
  table(state: TableState): object
}

/** What has serdes, their types forgotten; options with serdes of any types are such. */
export interface ErasedSerdes {
  readonly key?: Pick<AnySerde, 'name'> | undefined
  readonly value?: Pick<AnySerde, 'name'> | undefined
}

/** A table, whatever its types. */
export interface AnyTable {
  readonly [internals]: TableState
}

/** Forgets the type of a serde; the graph carries values that only the user's code knows. */
export function erased(serde: Pick<AnySerde, 'name'> | undefined): AnySerde | undefined {
  return serde as AnySerde | undefined
}
