import type { DescribedPart } from '../../app/topology/described.ts'
import { Ids } from '../../app/topology/ids.ts'
import { toMermaid } from '../../app/topology/to-mermaid.ts'

/** The diagram of an application. */
export const flowchart = (parts: readonly DescribedPart[]): string => fenced([toMermaid(parts)])

/** What stands between topics: who reads them, and who writes them. */
export interface Station {
  readonly name: string
  readonly kind: 'application' | 'service' | 'database'
  readonly from: readonly string[]
  readonly to: readonly string[]
}

/** The way of a record through topics, applications, services and databases. */
export function overview(stations: readonly Station[], topics: readonly string[]): string {
  const ids = new Ids()
  const shapes = { application: ['[["', '"]]'], service: ['["', '"]'], database: ['[("', '")]'] } as const
  const lines = ['flowchart LR']
  for (const { name, kind } of stations) lines.push(`  ${ids.of(name)}${shapes[kind].join(name)}`)
  const used = topics.filter((topic) => stations.some(({ from, to }) => from.includes(topic) || to.includes(topic)))
  for (const topic of used) lines.push(`  ${ids.of(topic)}(["${topic}"])`)
  for (const { name, from, to } of stations) {
    for (const before of from) lines.push(`  ${ids.of(before)} --> ${ids.of(name)}`)
    for (const after of to) lines.push(`  ${ids.of(name)} --> ${ids.of(after)}`)
  }
  return fenced(lines)
}

const fenced = (lines: readonly string[]): string => ['```mermaid', ...lines, '```'].join('\n')
