import type { DescribedPart } from './described.ts'
import { edgesOf, storesOf, topicsOf } from './edges.ts'
import type { End } from './edges.ts'
import { Ids, shortOf } from './ids.ts'

const quoted = (text: string): string => `"${text.replaceAll('"', String.raw`\"`)}"`

/** The same as a graph of Graphviz: a cluster for each sub-topology. */
export function toDot(name: string, parts: readonly DescribedPart[]): string {
  const ids = new Ids()
  const lines = [`digraph ${quoted(name)} {`, '  rankdir=LR', '  node [fontname="sans-serif", fontsize=11]']
  for (const [number, { nodes }] of parts.entries()) {
    lines.push(`  subgraph cluster_${number} {`, `    label=${quoted(`sub-topology ${number}`)}`)
    for (const node of nodes)
      if (node.kind === 'processor') lines.push(`    ${ids.of(node.name)} [shape=box, label=${quoted(shortOf(node.name))}]`)
    for (const store of storesOf(nodes))
      lines.push(`    ${ids.of(`store ${store}`)} [shape=cylinder, label=${quoted(shortOf(store))}]`)
    lines.push('  }')
  }
  const nodes = parts.flatMap((part) => part.nodes)
  const idOf = ({ kind, name: end }: End): string => ids.of(kind === 'topic' ? `topic ${end}` : end)
  for (const topic of topicsOf(nodes)) lines.push(`  ${idOf({ kind: 'topic', name: topic })} [shape=cds, label=${quoted(topic)}]`)
  for (const { from, to } of edgesOf(nodes)) lines.push(`  ${idOf(from)} -> ${idOf(to)}`)
  for (const node of nodes)
    for (const store of node.stores) lines.push(`  ${ids.of(node.name)} -> ${ids.of(`store ${store}`)} [dir=none, style=dotted]`)
  return [...lines, '}', ''].join('\n')
}
