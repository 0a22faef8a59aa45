import type { InternalTopologyBuilder } from '../../topology/internal-topology-builder.ts'
import type { ProcessorParameters } from '../../processor/processor-parameters.ts'
import type { StoreSpec } from '../../state/store-spec.ts'
import { GraphNode, type StreamsGraph } from '../graph/graph.ts'

/** One side of a join of two streams: what comes in is joined by `name`, with the other side's store, and then kept. */
interface StreamJoinSide {
  /** Joins records of this side. */
  readonly name: string
  readonly processor: ProcessorParameters
  /** Keeps records of this side, before the join. */
  readonly windowed: GraphNode
  readonly store: StoreSpec
}

interface StreamJoinNodeOptions {
  /** Of the node where both sides come together. */
  readonly name: string
  readonly thisSide: StreamJoinSide
  readonly otherSide: StreamJoinSide
  /** Of records that wait for a partner. */
  readonly waitingStore: StoreSpec | undefined
  readonly merger: ProcessorParameters
  /** Does the work of all of them with one store, where a stream is joined with itself. */
  readonly selfJoiner: ProcessorParameters
  readonly nullKeys: 'kept' | undefined
}

/** Spares each self join its second store and the changelog of it. */
export function useSingleStores({ nodes }: StreamsGraph): void {
  for (const node of nodes) if (node instanceof StreamJoinNode && node.isSelfJoin) node.useSingleStore()
}

/** The join of two streams behind the nodes that keep their records (Java: `StreamStreamJoinNode`). */
export class StreamJoinNode extends GraphNode {
  readonly #join: StreamJoinNodeOptions
  #stores: 'one' | 'both' = 'both'

  constructor(join: StreamJoinNodeOptions) {
    super({ name: join.name, nullKeys: join.nullKeys, write: () => undefined })
    this.#join = join
  }

  /** Both sides are the same stream; streams of the same topics may become that when the topology is built. */
  get isSelfJoin(): boolean {
    return this.parents.size === 1
  }

  /** Spares a self join the second store and its changelog (Java: `single.store.self.join`). To be called before anything is written. */
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
