import { StreamsError, TopologyError } from '../../model/errors.ts'
import type { Serde } from '../../model/serde.ts'
import type { StoreNode, TopologyNode, TopologyPlan } from '../../topology/topology-plan.ts'
import type { SerdeResolver } from './serde-resolver.ts'

interface MissingSerde {
  readonly component: 'key' | 'value'
  readonly node: string
  /** What the application called; undefined where the node has a name of its own. */
  readonly method: string | undefined
  readonly store?: string
  readonly topic?: string
}

/**
 * Looks for a serde wherever the topology reads, writes or stores something. Throws one `TopologyError` (`STREAMS_SERDE_MISSING`) that
 * names all places without one, before anything is opened.
 */
export function checkSerdes({ subtopologies }: TopologyPlan, serdes: SerdeResolver): void {
  const nodes = subtopologies.flatMap((each) => each.nodes).flatMap((node) => missingAtNode(node, serdes))
  const stores = subtopologies.flatMap((each) => each.stores).flatMap((store) => missingAtStore(store, serdes))
  const missing = [...nodes, ...stores]
  if (missing.length === 0) return
  const message = `Serdes are missing: ${missing.map(sentence).join('; ')}. Give them there, or set defaultKeySerde and defaultValueSerde.`
  throw new TopologyError('STREAMS_SERDE_MISSING', message, { facts: { missing } })
}

function missingAtNode(node: TopologyNode, serdes: SerdeResolver): readonly MissingSerde[] {
  if (node.kind === 'processor') return []
  const topics = node.kind === 'source' ? node.topics : [node.topic].filter((topic) => typeof topic === 'string')
  const place = { node: node.name, method: methodOf(node.name), ...(topics.length > 0 && { topic: topics.join(', ') }) }
  return missingOf(node, node.name, serdes).map((component) => ({ component, ...place }))
}

function missingAtStore({ spec, processors }: StoreNode, serdes: SerdeResolver): readonly MissingSerde[] {
  const node = processors[0] ?? spec.name
  const place = { node, method: methodOf(node), store: spec.name }
  return missingOf(spec, spec.name, serdes).map((component) => ({ component, ...place }))
}

interface Serdes {
  readonly key: Serde<unknown> | undefined
  readonly value: Serde<unknown> | undefined
}

function missingOf({ key, value }: Serdes, owner: string, serdes: SerdeResolver): readonly ('key' | 'value')[] {
  const components = { key: () => serdes.key(key, owner), value: () => serdes.value(value, owner) }
  return (['key', 'value'] as const).filter((component) => isMissing(components[component]))
}

/** Other errors, of a schema registry that is not there, have their own place and message. */
function isMissing(resolve: () => unknown): boolean {
  try {
    resolve()
    return false
  } catch (error) {
    return error instanceof StreamsError && error.code === 'STREAMS_SERDE_MISSING'
  }
}

function sentence({ component, node, method, store, topic }: MissingSerde): string {
  const where = store === undefined ? '' : ` of the store ${store}`
  const named = topic === undefined ? '' : ` for ${topic}`
  return `the ${component}${where} at ${node}${named}${method === undefined ? '' : ` (${method})`}`
}

/** Generated node names say which method made them. */
const methods: Readonly<Record<string, string>> = {
  'KSTREAM-SOURCE': 'stream, or what repartitions',
  'KTABLE-SOURCE': 'table',
  'KSTREAM-SINK': 'to, or what repartitions',
  'KTABLE-SINK': 'groupBy',
  'KSTREAM-REPARTITION': 'repartition',
  'KSTREAM-TOTABLE': 'toTable',
  'KSTREAM-AGGREGATE': 'count or aggregate',
  'KSTREAM-REDUCE': 'reduce',
  'KSTREAM-JOINTHIS': 'join',
  'KSTREAM-JOINOTHER': 'join',
  'KSTREAM-OUTERTHIS': 'leftJoin or outerJoin',
  'KSTREAM-OUTEROTHER': 'leftJoin or outerJoin',
  'KSTREAM-JOIN': 'join',
  'KSTREAM-LEFTJOIN': 'leftJoin',
  'KSTREAM-MERGE': 'join',
  'KTABLE-AGGREGATE': 'count or aggregate',
  'KTABLE-REDUCE': 'reduce',
  'KTABLE-FILTER': 'filter',
  'KTABLE-MAPVALUES': 'mapValues',
  'KTABLE-TRANSFORMVALUES': 'transformValues',
  'KTABLE-MERGE': 'join',
  'KTABLE-SUPPRESS': 'suppress',
  'COGROUPKSTREAM-AGGREGATE': 'aggregate',
}

function methodOf(node: string): string | undefined {
  if (node.startsWith('KTABLE-FK-JOIN-')) return 'join by foreign key'
  return methods[/^(.*)-\d{10}/.exec(node)?.[1] ?? '']
}
