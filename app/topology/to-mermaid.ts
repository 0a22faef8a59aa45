import type { DescribedPart } from './described.ts'
import { edgesOf, storesOf, topicsOf } from './edges.ts'
import type { End } from './edges.ts'
import { Ids, shortOf } from './ids.ts'

/** The nodes, stores and topics of an application as a flowchart of Mermaid: one box for each sub-topology, which is what a task runs. */
export function toMermaid(parts: readonly DescribedPart[]): string {
  const ids = new Ids()
  const lines = ['flowchart LR']
  for (const [number, { nodes }] of parts.entries()) {
    lines.push(`  subgraph s${number}["sub-topology ${number}"]`)
    for (const { name, kind } of nodes) if (kind === 'processor') lines.push(`    ${ids.of(name)}["${shortOf(name)}"]`)
    for (const store of storesOf(nodes)) lines.push(`    ${ids.of(`store ${store}`)}[("${shortOf(store)}")]`)
    lines.push('  end')
  }
  const nodes = parts.flatMap((part) => part.nodes)
  const idOf = ({ kind, name }: End): string => ids.of(kind === 'topic' ? `topic ${name}` : name)
  for (const topic of topicsOf(nodes)) lines.push(`  ${idOf({ kind: 'topic', name: topic })}(["${topic}"])`)
  for (const { from, to } of edgesOf(nodes)) lines.push(`  ${idOf(from)} --> ${idOf(to)}`)
  for (const { name, stores } of nodes)
    for (const store of stores) lines.push(`  ${ids.of(name)} -.- ${ids.of(`store ${store}`)}`)
  return lines.join('\n')
}
