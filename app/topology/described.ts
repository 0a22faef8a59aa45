/** A node as `describe()` prints it. */
export interface DescribedNode {
  readonly kind: 'source' | 'processor' | 'sink'
  readonly name: string
  readonly topics: readonly string[]
  readonly stores: readonly string[]
  readonly successors: string[]
}

/** What a task runs, or for a global store each process once. */
export interface DescribedPart {
  readonly kind: 'regular' | 'global'
  readonly nodes: DescribedNode[]
}

const listed = (text = ''): string[] => (text === '' ? [] : text.split(', '))
const partLine = /^ +Sub-topology: \d+( for global store)?/
const nodeLine = /^ +(Source|Processor|Sink): (\S+) \((topics?|stores): \[?([^\])]*)\]?\)$/

/** The sub-topologies that the text of `describe()` tells of: what any tool that draws topologies reads, Java's too. */
export function described(text: string): DescribedPart[] {
  const parts: DescribedPart[] = []
  for (const line of text.split('\n')) {
    const part = partLine.exec(line)
    if (part !== null) parts.push({ kind: part[1] === undefined ? 'regular' : 'global', nodes: [] })
    const [, kind, name, what, names] = nodeLine.exec(line) ?? []
    const nodes = parts.at(-1)?.nodes
    if (kind !== undefined)
      nodes!.push({
        kind: kind.toLowerCase() as DescribedNode['kind'],
        name: name!,
        topics: what === 'stores' ? [] : listed(names),
        stores: what === 'stores' ? listed(names) : [],
        successors: [],
      })
    const [, successors] = /^ +--> (?!none$)(.+)$/.exec(line) ?? []
    nodes?.at(-1)?.successors.push(...listed(successors))
  }
  return parts
}
