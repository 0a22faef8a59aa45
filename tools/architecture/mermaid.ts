import type { DescribedNode } from './described.ts'

/** Gives each name an id of its own that Mermaid takes. */
class Ids {
  readonly #ids = new Map<string, string>()

  of(name: string): string {
    const id = this.#ids.get(name) ?? `n${this.#ids.size}`
    this.#ids.set(name, id)
    return id
  }
}

/** Nodes are numbered by the builder; a reader looks for what they do. */
const shortOf = (name: string): string => name.replace(/-0{2,}(\d+)/, ' $1').replace(/^(KSTREAM|KTABLE)-/, '$1 ')

/** The nodes, stores and topics of an application: one box for each sub-topology, which is what a task runs. */
export function flowchart(parts: readonly (readonly DescribedNode[])[]): string {
  const ids = new Ids()
  const lines = ['flowchart LR']
  for (const [number, nodes] of parts.entries()) {
    lines.push(`  subgraph s${number}["sub-topology ${number}"]`)
    for (const { name, kind } of nodes) if (kind === 'processor') lines.push(`    ${ids.of(name)}["${shortOf(name)}"]`)
    const stores = new Set(nodes.flatMap((node) => node.stores))
    for (const store of stores) lines.push(`    ${ids.of(`store ${store}`)}[("${shortOf(store)}")]`)
    lines.push('  end')
  }
  const nodes = parts.flat()
  const topicOf = (name: string): string => ids.of(`topic ${name}`)
  for (const topic of new Set(nodes.flatMap((node) => node.topics))) lines.push(`  ${topicOf(topic)}(["${topic}"])`)
  const byName = new Map(nodes.map((node) => [node.name, node]))
  const endOf = (name: string): string => {
    const node = byName.get(name)!
    return node.kind === 'sink' ? topicOf(node.topics[0]!) : ids.of(name)
  }
  for (const { name, kind, topics, stores, successors } of nodes) {
    const from = kind === 'source' ? topics.map(topicOf) : [ids.of(name)]
    for (const start of from) for (const successor of successors) lines.push(`  ${start} --> ${endOf(successor)}`)
    for (const store of stores) lines.push(`  ${ids.of(name)} -.- ${ids.of(`store ${store}`)}`)
  }
  return fenced(lines)
}

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
