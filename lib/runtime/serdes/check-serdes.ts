import { StreamsError, TopologyError } from '../../model/errors.ts'
import type { Serde } from '../../model/serde.ts'
import type { StoreNode, TopologyNode, TopologyPlan } from '../../topology/topology-plan.ts'
import type { SerdeResolver } from './serde-resolver.ts'

interface MissingSerde {
  readonly component: 'key' | 'value'
  readonly node: string
  /** The method that the application called to make the node. */
  readonly method: string | undefined
  readonly store?: string
  readonly topic?: string
}

/**
 * Checks that all sources, sinks and stores have their serdes, before anything is opened. Throws one `TopologyError`
 * (`STREAMS_SERDE_MISSING`) that names every place without a serde.
 */
export function checkSerdes({ subtopologies }: TopologyPlan, serdes: SerdeResolver): void {
  const nodes = subtopologies.flatMap((each) => each.nodes)
  const stores = subtopologies.flatMap((each) => each.stores)
  const missing = [
    ...nodes.flatMap((node) => missingAtNode(node, serdes)),
    ...stores.flatMap((store) => missingAtStore(store, nodes, serdes)),
  ]
  if (missing.length === 0) return
  const message = `Serdes are missing: ${missing.map(sentence).join('; ')}. Give them there, or set defaultKeySerde and defaultValueSerde.`
  throw new TopologyError('STREAMS_SERDE_MISSING', message, { facts: { missing } })
}

function missingAtNode(node: TopologyNode, serdes: SerdeResolver): readonly MissingSerde[] {
  if (node.kind === 'processor') return []
  const topics = node.kind === 'source' ? node.topics : [node.topic].filter((topic) => typeof topic === 'string')
  const place = { node: node.name, method: node.method, ...(topics.length > 0 && { topic: topics.join(', ') }) }
  return missingOf(node, node.name, serdes).map((component) => ({ component, ...place }))
}

function missingAtStore(
  { spec, processors }: StoreNode,
  nodes: readonly TopologyNode[],
  serdes: SerdeResolver,
): readonly MissingSerde[] {
  const user = nodes.find((node) => node.name === processors[0])
  const method = user?.kind === 'processor' ? user.processor.method : undefined
  const place = { node: user?.name ?? spec.name, method, store: spec.name }
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

/** Other errors, such as that of a missing schema registry, are thrown later, with a message of their own. */
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
