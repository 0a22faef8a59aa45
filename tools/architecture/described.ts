/** A node as `describe()` prints it. */
export interface DescribedNode {
  readonly kind: 'source' | 'processor' | 'sink'
  readonly name: string
  readonly topics: readonly string[]
  readonly stores: readonly string[]
  readonly successors: string[]
}

const listed = (text = ''): string[] => (text === '' ? [] : text.split(', '))
const nodeLine = /^ +(Source|Processor|Sink): (\S+) \((topics?|stores): \[?([^\])]*)\]?\)$/

/** The sub-topologies that the text of `describe()` tells of: what any tool that draws topologies reads, Java's too. */
export function described(text: string): DescribedNode[][] {
  const parts: DescribedNode[][] = []
  for (const line of text.split('\n')) {
    if (/^ +Sub-topology: /.test(line)) parts.push([])
    const [, kind, name, what, names] = nodeLine.exec(line) ?? []
    if (kind !== undefined)
      parts.at(-1)!.push({
        kind: kind.toLowerCase() as DescribedNode['kind'],
        name: name!,
        topics: what === 'stores' ? [] : listed(names),
        stores: what === 'stores' ? listed(names) : [],
        successors: [],
      })
    const [, successors] = /^ +--> (?!none$)(.+)$/.exec(line) ?? []
    parts
      .at(-1)
      ?.at(-1)
      ?.successors.push(...listed(successors))
  }
  return parts
}
