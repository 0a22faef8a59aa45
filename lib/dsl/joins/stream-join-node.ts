import type { InternalTopologyBuilder } from '../../topology/internal-topology-builder.ts'
import type { ProcessorParameters } from '../../processor/processor-parameters.ts'
import type { StoreSpec } from '../../state/store-spec.ts'
import { GraphNode, type StreamsGraph } from '../graph/graph.ts'

/** One side of a join of two streams. The processor `name` joins this side's records with the other side's store. */
interface StreamJoinSide {
  /** Name of the processor that joins records of this side. */
  readonly name: string
  readonly processor: ProcessorParameters
  /** The parent of that processor: it passes this side's records on, and keeps them in `store` for the other side. */
  readonly windowed: GraphNode
  readonly store: StoreSpec
}

interface StreamJoinNodeOptions {
  /** Name of the node where the results of both sides come together. */
  readonly name: string
  readonly thisSide: StreamJoinSide
  readonly otherSide: StreamJoinSide
  /** The store of records that wait for a partner. Undefined if none has to wait. */
  readonly waitingStore: StoreSpec | undefined
  readonly merger: ProcessorParameters
  /** Takes the place of all these processors if a stream is joined with itself. It needs one store only. */
  readonly selfJoiner: ProcessorParameters
  readonly nullKeys: 'kept' | undefined
}

/** Removes the second store, and its changelog, from each join of a stream with itself (`single.store.self.join`). */
export function useSingleStores({ nodes }: StreamsGraph): void {
  for (const node of nodes) if (node instanceof StreamJoinNode && node.isSelfJoin) node.useSingleStore()
}

/** The join of two streams. The nodes that keep the streams' records are its parents (Java: `StreamStreamJoinNode`). */
export class StreamJoinNode extends GraphNode {
  readonly #join: StreamJoinNodeOptions
  #stores: 'one' | 'both' = 'both'

  constructor(join: StreamJoinNodeOptions) {
    super({ name: join.name, nullKeys: join.nullKeys, write: () => undefined })
    this.#join = join
  }

  /** Whether both sides are the same stream. Streams of the same topics become one stream when the topology is built. */
  get isSelfJoin(): boolean {
    return this.parents.size === 1
  }

  /** Removes the second store of a self join, and its changelog. Must be called before the topology is written. */
  useSingleStore(): void {
    const { windowed } = this.#join.otherSide
    for (const parent of windowed.parents) parent.removeChild(windowed)
    this.#stores = 'one'
  }

  override write(topology: InternalTopologyBuilder): void {
    if (this.#stores === 'one') this.#writeSelfJoin(topology)
    else this.#writeJoin(topology)
  }

  #writeSelfJoin(topology: InternalTopologyBuilder): void {
    const { name, selfJoiner, thisSide } = this.#join
    topology.addProcessor({ name, processor: selfJoiner, parents: [thisSide.windowed.name] })
    topology.addStateStore(thisSide.store, [thisSide.windowed.name, name])
  }

  #writeJoin(topology: InternalTopologyBuilder): void {
    const { name, merger, thisSide, otherSide, waitingStore } = this.#join
    for (const { name: joinName, processor, windowed } of [thisSide, otherSide])
      topology.addProcessor({ name: joinName, processor, parents: [windowed.name] })
    const joinNames = [thisSide.name, otherSide.name]
    topology.addProcessor({ name, processor: merger, parents: joinNames })
    topology.addStateStore(thisSide.store, [thisSide.windowed.name, otherSide.name])
    topology.addStateStore(otherSide.store, [otherSide.windowed.name, thisSide.name])
    if (waitingStore !== undefined) topology.addStateStore(waitingStore, joinNames)
  }
}
