import type { TopologyNode } from '../../topology/topology-plan.ts'

/** A node as messages name it: by the method that the user called, and by its own name. */
export interface NodePlace {
  readonly node: string
  /** `count() of store 'visits' (node KSTREAM-AGGREGATE-0000000003)`. */
  readonly text: string
}

/** The place of a node, for messages. */
export function placeOf(node: TopologyNode): NodePlace {
  const { name } = node
  const method = node.kind === 'processor' ? node.processor.method : node.method
  if (method === undefined) return { node: name, text: `Node ${name}` }
  return { node: name, text: `${method}()${node.kind === 'processor' ? storesText(node.stores) : ''} (node ${name})` }
}

function storesText(stores: readonly string[]): string {
  if (stores.length === 0) return ''
  return ` of ${stores.length === 1 ? 'store' : 'stores'} ${stores.map((name) => `'${name}'`).join(', ')}`
}
