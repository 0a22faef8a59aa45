import { operator, type OperatorParameters } from '../../processor/processor-parameters.ts'
import { PassThrough } from '../../processor/stateless/pass-through.ts'
import type { JoinSide } from '../../processor/stream-join/join-side.ts'
import { KStreamJoinWindow } from '../../processor/stream-join/kstream-join-window.ts'
import { KStreamKStreamJoin, type StreamJoiner } from '../../processor/stream-join/kstream-kstream-join.ts'
import { KStreamKStreamSelfJoin } from '../../processor/stream-join/kstream-kstream-self-join.ts'
import type { StoreSpec } from '../../state/store-spec.ts'
import { checkName } from '../../topology/names.ts'
import { checkOptions } from '../../model/check-options.ts'
import * as optionNames from '../option-names.ts'
import { GraphNode, type StreamsGraph } from '../graph/graph.ts'
import { erased, union, type AnySerde, type StreamState } from '../graph/state.ts'
import { repartitionedForJoin } from './join-repartition.ts'
import { checkDistinct, recordStore, waitingStore } from './join-stores.ts'
import type { JoinWindows } from '../windows/join-windows.ts'
import type { StreamJoined, StreamJoinStores } from '../options.ts'
import { StreamJoinNode } from './stream-join-node.ts'
import { joinMethod, type JoinKind } from './join-method.ts'

type AnyJoiner = StreamJoiner<unknown, unknown, unknown>
type StreamJoinedOptions = StreamJoined<unknown, unknown, unknown>

interface StreamJoin {
  readonly left: StreamState
  readonly right: StreamState
  readonly kind: JoinKind
  readonly joiner: AnyJoiner
  readonly windows: JoinWindows
  readonly joined: StreamJoinedOptions
  readonly key: AnySerde | undefined
}

/** Names of the join's nodes, and the parts of which the stores' names are made. */
interface Names {
  readonly windowed: Readonly<Record<JoinSide, string>>
  /** The names that the two joining processors have if the user gives none. */
  readonly generated: Readonly<Record<JoinSide, string>>
  readonly suffixes: Readonly<Record<JoinSide, string>>
  readonly joins: Readonly<Record<JoinSide, string>>
  readonly merge: string
}

/**
 * Joins two streams. The last parameter holds the arguments of {@link KStream.join} that follow the stream: joiner, windows,
 * options.
 */
export function joinStreams(
  stream: StreamState,
  other: StreamState,
  kind: JoinKind,
  [joiner, windows, joined = {}]: readonly unknown[],
): StreamState {
  const options = joined as StreamJoinedOptions
  const method = joinMethod(kind)
  checkOptions(`${method}()`, options, optionNames.streamJoined)
  const [value, otherValue] = [erased(options.value), erased(options.otherValue)]
  // Both streams have keys of one type. If one stream has no key serde, because its key was set anew, it uses the other's.
  const key = erased(options.key) ?? stream.key ?? other.key
  const left = repartitionedForJoin(stream, { method, name: suffixed(options.name, '-left'), key, value })
  const right = repartitionedForJoin(other, { method, name: suffixed(options.name, '-right'), key, value: otherValue })
  const { graph } = left.builder
  const sources = union(left.sources, right.sources)
  graph.copartition(sources)
  const join: StreamJoin = {
    left,
    right,
    kind,
    joiner: joiner as AnyJoiner,
    windows: windows as JoinWindows,
    joined: options,
    key,
  }
  const node = addJoin(graph, join)
  const state = { builder: left.builder, name: node.name, node, key: join.key, value: undefined, sources }
  return { ...state, needsRepartition: false }
}

function addJoin(graph: StreamsGraph, join: StreamJoin): StreamJoinNode {
  const { left, right, joiner, windows } = join
  const names = generateNames(graph, join)
  const stores = makeStores(join, names)
  const windowed = {
    left: graph.add([left.node], windowedNode(join, names.windowed.left, stores.left.name)),
    right: graph.add([right.node], windowedNode(join, names.windowed.right, stores.right.name)),
  }
  const side = (side: JoinSide, other: JoinSide) => ({
    name: names.joins[side],
    windowed: windowed[side],
    store: stores[side],
    processor: sideJoiner(join, names.merge, side, stores[other].name, stores.waiting?.name),
  })
  const node = new StreamJoinNode({
    name: names.merge,
    thisSide: side('left', 'right'),
    otherSide: side('right', 'left'),
    waitingStore: stores.waiting,
    merger: operator(joinMethod(join.kind), PassThrough),
    selfJoiner: operator(joinMethod(join.kind), KStreamKStreamSelfJoin, { times: windows, storeName: stores.left.name, joiner }),
    nullKeys: join.kind === 'inner' ? undefined : 'kept',
  })
  graph.add([left.node, right.node], node)
  return node
}

/** Generates all names in Java's order, even if the user gives names: so the names of later operators are the same as in Java. */
function generateNames(graph: StreamsGraph, { kind, joined: { name } }: StreamJoin): Names {
  const windowed = {
    left: graph.suffixedNameOr({ name }, '-this-windowed', 'KSTREAM-WINDOWED-'),
    right: graph.suffixedNameOr({ name }, '-other-windowed', 'KSTREAM-WINDOWED-'),
  }
  const suffixes = {
    left: kind === 'outer' ? '-outer-this-join' : '-this-join',
    right: kind === 'inner' ? '-other-join' : '-outer-other-join',
  }
  const generated = {
    left: graph.newProcessorName(kind === 'outer' ? 'KSTREAM-OUTERTHIS-' : 'KSTREAM-JOINTHIS-'),
    right: graph.newProcessorName(kind === 'inner' ? 'KSTREAM-JOINOTHER-' : 'KSTREAM-OUTEROTHER-'),
  }
  const joins = {
    left: checkName(suffixed(name, suffixes.left) ?? generated.left),
    right: checkName(suffixed(name, suffixes.right) ?? generated.right),
  }
  return { windowed, suffixes, generated, joins, merge: graph.suffixedNameOr({ name }, '-merge', 'KSTREAM-MERGE-') }
}

/** Checks the option `store` of a join of streams, if it is an object. */
function storesOf(store: StreamJoinStores | undefined): StreamJoinStores {
  checkOptions('store of a join of streams', store, optionNames.streamJoinStores)
  return store ?? {}
}

function makeStores({ left, right, kind, windows, joined, key }: StreamJoin, { generated, suffixes }: Names) {
  const { store, thisStore, otherStore } = joined
  checkDistinct(thisStore, otherStore)
  const { name: storeName, ...common } = typeof store === 'string' ? { name: store } : storesOf(store)
  const options = { windows, key, changelog: common.changelog, medium: common.medium }
  const values = { left: erased(joined.value) ?? left.value, right: erased(joined.otherValue) ?? right.value }
  const name = (side: JoinSide): string => `${suffixed(storeName, suffixes[side]) ?? generated[side]}-store`
  const isWaiting = kind !== 'inner' && windows.nonJoined === 'final'
  // If the user gives a store for this stream, the store of waiting records is named after it and uses its medium.
  const waitingOptions = { ...options, medium: options.medium ?? thisStore?.medium }
  const base = suffixed(thisStore?.name ?? storeName, kind === 'outer' ? '-outer-shared-join' : '-left-shared-join')
  const waitingName = `${base ?? generated.left.replace(/^KSTREAM-(JOIN|OUTER)THIS-/, 'KSTREAM-OUTERSHARED-')}-store`
  return {
    left: recordStore(name('left'), values.left, thisStore, options),
    right: recordStore(name('right'), values.right, otherStore, options),
    waiting: isWaiting ? waitingStore(waitingName, [values.left, values.right], waitingOptions) : undefined,
  }
}

function windowedNode(join: StreamJoin, name: string, storeName: StoreSpec['name']): GraphNode {
  const processor = operator(joinMethod(join.kind), KStreamJoinWindow, { storeName })
  return new GraphNode({
    name,
    write: (topology, { parentNames }) => topology.addProcessor({ name, processor, parents: parentNames }),
  })
}

function sideJoiner(
  join: StreamJoin,
  name: string,
  side: JoinSide,
  otherStoreName: string,
  waitingStoreName: string | undefined,
): OperatorParameters {
  const { kind, joiner, windows: times } = join
  const nonJoined = kind === 'outer' || (kind === 'left' && side === 'left') ? 'kept' : 'dropped'
  const options = { side, times, otherStoreName, joiner, nonJoined, waitingStoreName, join: name } as const
  return operator(joinMethod(join.kind), KStreamKStreamJoin, options)
}

function suffixed(name: string | undefined, suffix: string): string | undefined {
  return name === undefined ? undefined : name + suffix
}
