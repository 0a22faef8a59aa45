import { mostOf, readsAll, type Reading, type Reads, type SourceReads } from '../processor/reads.ts'
import type { TopologyNode } from './topology-plan.ts'

/**
 * Finds out what is read below a source. `nodes` are those of its sub-topology, parents before children: so each is asked after the nodes
 * below it, from the end.
 */
export function sourceReads(nodes: readonly TopologyNode[]): ReadonlyMap<string, SourceReads> {
  const below = new Map<string, SourceReads>(nodes.map(({ name }) => [name, { key: 'nothing', value: 'nothing' }]))
  for (const node of nodes.toReversed()) {
    if (node.kind === 'source') continue
    const reads = through(readsOf(node), below.get(node.name)!)
    for (const parent of node.parents) below.set(parent, both(below.get(parent)!, reads))
  }
  return below
}

function through(reads: Reads, below: SourceReads): SourceReads {
  const passed = (component: 'key' | 'value'): Reading =>
    reads.passes === 'both' || reads.passes === component ? below[component] : 'nothing'
  return both(reads, { key: passed('key'), value: passed('value') })
}

const both = (one: SourceReads, other: SourceReads): SourceReads => ({
  key: mostOf(one.key, other.key),
  value: mostOf(one.value, other.value),
})

/** Partitioners and topic choosers are the application's, and read all. */
function readsOf(node: Exclude<TopologyNode, { kind: 'source' }>): Reads {
  if (node.kind === 'sink') return typeof node.topic === 'string' && node.partitioner === undefined ? sinkReads : readsAll
  return node.processor.kind === 'operator' ? node.processor.reads : readsAll
}

const sinkReads: Reads = { key: 'bytes', value: 'bytes', passes: 'neither' }
