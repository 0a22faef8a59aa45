import type { GraphNode } from '../graph/graph.ts'
import { erased, type ErasedSerdes, type StreamState } from '../graph/state.ts'
import { afterRepartition, repartitionNode } from '../graph/repartition.ts'

/** Name of the topic, without suffix, and its serdes; what is left out is the stream's. */
interface JoinRepartition extends ErasedSerdes {
  readonly name?: string | undefined
}

/** The repartition node of a stream's last join. */
const repartitionNodes = new WeakMap<StreamState, GraphNode>()

/**
 * The stream to join: where its key has changed, behind a repartition topic. Joins of one stream share a topic, unless they name
 * their own. As in Java, an unnamed join goes through the topic of the join before it even where that is named; and names are drawn
 * all the same.
 */
export function repartitionedForJoin(stream: StreamState, { name, key, value }: JoinRepartition): StreamState {
  if (!stream.needsRepartition) return stream
  const serdes = { key: erased(key) ?? stream.key, value: erased(value) ?? stream.value }
  const options = { method: 'join', name: name ?? stream.name, ...serdes }
  const fresh = repartitionNode(stream.builder.graph, options)
  const existing = options.name === stream.name ? repartitionNodes.get(stream) : undefined
  const node = existing ?? stream.builder.graph.add([stream.node], fresh)
  repartitionNodes.set(stream, node)
  return afterRepartition(stream, node, options)
}
