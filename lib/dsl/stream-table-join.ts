import { KStreamKTableJoin, type KStreamKTableJoinOptions } from '../processor/kstream-ktable-join.ts'
import type { GlobalKTable } from './global-ktable.ts'
import type { GraphNode } from './graph.ts'
import { erased, internals, union, type ErasedSerdes, type StreamState, type TableState } from './handles.ts'
import type { KStream } from './kstream.ts'
import type { Named } from './options.ts'
import { afterRepartition, repartitionNode } from './repartition.ts'
import { addStreamOperator } from './stream-operators.ts'

type JoinedOptions = Partial<Named> & ErasedSerdes
type Kind = 'inner' | 'left'
type JoinOptions = KStreamKTableJoinOptions<unknown, unknown, unknown, unknown, unknown>

/** The arguments are those that {@link KStream.join} declares for a KTable: joiner, and how it is joined. */
export function joinTable<K, VR>(
  stream: StreamState,
  table: TableState,
  kind: Kind,
  [joiner, joined = {}]: readonly unknown[],
): KStream<K, VR> {
  const { name, key } = joined as JoinedOptions
  const left = stream.needsRepartition ? repartitioned(stream, joined as JoinedOptions) : stream
  const { graph } = left.builder
  const sources = union(left.sources, table.sources)
  graph.copartition(sources)
  const getter = table.operator.valueGetter()
  const options: JoinOptions = {
    kind,
    table: getter,
    keySelector: (_, ownKey) => ownKey,
    joiner: joiner as JoinOptions['joiner'],
  }
  const state = addStreamOperator(left, {
    prefix: kind === 'left' ? 'KSTREAM-LEFTJOIN-' : 'KSTREAM-JOIN-',
    named: name === undefined ? undefined : { name },
    supplier: () => new KStreamKTableJoin(options),
    stores: getter.storeNames,
    nullKeys: kind === 'left' ? 'kept' : undefined,
    changes: { key: erased(key) ?? left.key, value: undefined, sources, needsRepartition: false },
  })
  return state.builder.stream(state)
}

/** As {@link joinTable}, for a global table: key selector, joiner, and the node's name. Nothing is repartitioned. */
export function joinGlobalTable<K, VR>(
  stream: StreamState,
  { [internals]: { getter } }: GlobalKTable<unknown, unknown>,
  kind: Kind,
  [keySelector, joiner, named]: readonly unknown[],
): KStream<K, VR> {
  const lambdas = { keySelector: keySelector as JoinOptions['keySelector'], joiner: joiner as JoinOptions['joiner'] }
  const state = addStreamOperator(stream, {
    // Inner joins with a global table have this name, too.
    prefix: 'KSTREAM-LEFTJOIN-',
    named: named as Named | undefined,
    supplier: () => new KStreamKTableJoin({ kind, table: getter, ...lambdas }),
    nullKeys: kind === 'left' ? 'kept' : undefined,
    changes: { value: undefined },
  })
  return state.builder.stream(state)
}

/** The repartition node of a stream's last join. */
const repartitionNodes = new WeakMap<StreamState, GraphNode>()

/**
 * Joins of one stream share a repartition topic, unless they name their own. As in Java, an unnamed join goes through the topic of the
 * join before it even where that is named; and names are drawn all the same.
 */
function repartitioned(stream: StreamState, { name, key, value }: JoinedOptions): StreamState {
  const options = { name: name ?? stream.name, key: erased(key) ?? stream.key, value: erased(value) ?? stream.value }
  const fresh = repartitionNode(stream, options)
  const existing = options.name === stream.name ? repartitionNodes.get(stream) : undefined
  const node = existing ?? stream.builder.graph.add([stream.node], fresh)
  repartitionNodes.set(stream, node)
  return afterRepartition(stream, node, options)
}
