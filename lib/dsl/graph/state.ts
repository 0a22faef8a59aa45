import type { Serde } from '../../model/serde.ts'
import type { KTableValueGetterSupplier } from '../../processor/table/ktable-value-getter.ts'
import type { GraphNode, StreamsGraph } from './graph.ts'

/** Key of the property in which a handle (KStream, KTable, …) holds its place in the graph. It is not part of the API. */
export const internals: unique symbol = Symbol('internals')

export type AnySerde = Serde<unknown>

/** A stream's place in the graph, and the serdes of its records. */
export interface StreamState {
  readonly builder: DslBuilder
  /** Name of the node that forwards the stream's records: the parent of the next operator. */
  readonly name: string
  readonly node: GraphNode
  readonly key: AnySerde | undefined
  readonly value: AnySerde | undefined
  /** Names of the source nodes above, up to the nearest repartition. A join requires that they are copartitioned. */
  readonly sources: ReadonlySet<string>
  /** Whether the key has changed since the last repartition. A stateful operator then needs a repartition first. */
  readonly needsRepartition: boolean
}

export interface TableState extends Omit<StreamState, 'needsRepartition'> {
  /** Name under which the table's store can be queried. Undefined if it cannot. */
  readonly queryableName: string | undefined
  readonly operator: TableOperator
}

/** The operator that makes a table, as the operators below it see it (Java: `KTableProcessorSupplier`). */
export interface TableOperator {
  /**
   * Access to the table's current values. A table without a store gets one by this call, or computes its values from its
   * parent's.
   */
  valueGetter(): KTableValueGetterSupplier<unknown, unknown>
  /**
   * Asks that changes carry old values, and returns whether they will. With `materialize` the table gets a store if it needs one
   * for that.
   */
  sendOldValues(how: 'materialize' | 'if-materialized'): boolean
}

/** The elements of both sets. */
export function union(left: ReadonlySet<string>, right: ReadonlySet<string>): ReadonlySet<string> {
  return new Set([...left, ...right])
}

/**
 * The graph that is being built, and the factories of its handles. KStream and KTable are in a layer above, so their types are
 * unknown here.
 */
export interface DslBuilder {
  readonly graph: StreamsGraph
  /** Makes a KStream. */
  stream(state: StreamState): object
  /** Makes a KTable. */
  table(state: TableState): object
}

/** Options with serdes of any types. */
export interface ErasedSerdes {
  readonly key?: Pick<AnySerde, 'name'> | undefined
  readonly value?: Pick<AnySerde, 'name'> | undefined
}

/** A KTable of any types. */
export interface AnyTable {
  readonly [internals]: TableState
}

/** Forgets the type of a serde: the graph does not know the types of the user's keys and values. */
export function erased(serde: Pick<AnySerde, 'name'> | undefined): AnySerde | undefined {
  return serde as AnySerde | undefined
}
