import type { GraphNode } from '../graph/graph.ts'
import { erased, type ErasedSerdes, type StreamState } from '../graph/state.ts'
import { afterRepartition, repartitionNode } from '../graph/repartition.ts'

/** Name of the repartition topic, without suffix, and its serdes. Default: the stream's name and serdes. */
interface JoinRepartition extends ErasedSerdes {
  /** The DSL method that joins, for messages. */
  readonly method: string
  readonly name?: string | undefined
}

/** For each stream, the repartition node of its latest join. */
const repartitionNodes = new WeakMap<StreamState, GraphNode>()

/**
 * The stream to join, behind a repartition topic if its key has changed. Joins of one stream share a topic, unless they name
 * their own. As in Java, an unnamed join uses the topic of the join before it, even if that topic has a name. Each join generates
 * the names of a repartition, even if it uses another's.
 */
export function repartitionedForJoin(stream: StreamState, { method, name, key, value }: JoinRepartition): StreamState {
  if (!stream.needsRepartition) return stream
  const serdes = { key: erased(key) ?? stream.key, value: erased(value) ?? stream.value }
  const options = { method, name: name ?? stream.name, ...serdes }
  const fresh = repartitionNode(stream.builder.graph, options)
  const existing = options.name === stream.name ? repartitionNodes.get(stream) : undefined
  const node = existing ?? stream.builder.graph.add([stream.node], fresh)
  repartitionNodes.set(stream, node)
  return afterRepartition(stream, node, options)
}
