import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import t from 'tap'
import type { Topology } from 'millrace'
import { applications } from '../../../examples/transfer-pipeline/main.ts'
import { transferReadTopology } from '../../../examples/transfer-pipeline/topologies/transfer-read.ts'
import { userDirectoryTopology } from '../../../examples/transfer-pipeline/topologies/user-directory.ts'
import { described } from '../../../app/topology/described.ts'
import { topologyDocument } from '../../../app/topology/document.ts'
import { toDot } from '../../../app/topology/to-dot.ts'
import { toMermaid } from '../../../app/topology/to-mermaid.ts'

const inside = { 'transfer-read': transferReadTopology, 'transfers-write-users': userDirectoryTopology }
const topologies: Readonly<Record<string, () => Topology>> = {
  ...Object.fromEntries(Object.entries(applications).map(([name, make]) => [name, () => make({})])),
  ...inside,
}

/** The rules by which kafka-streams-viz reads the text: a line that none of them takes is lost there. */
const vizRules = [
  /^Topologies:$/,
  /^ +Sub-topology: \d+(?: for global store \(will not generate tasks\))?$/,
  /^ +(?:Source|Processor|Sink): +\S+ \((?:topics|topic|stores):.*\)$/,
  /^ +--> .+$/,
  /^ +<-- .+$/,
  /^$/,
]

for (const [name, make] of Object.entries(topologies)) {
  t.test(`D1: ${name} tells its topology as the golden file has it, in a form that tools read`, async (t) => {
    const text = make().describe()
    const golden = new URL(`golden/${name}.txt`, import.meta.url)
    // UPDATE_GOLDEN=1 writes it anew: names in it are those of stores and internal topics, so a change of it loses state.
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(golden, text)
    t.ok(existsSync(golden))
    t.equal(text, readFileSync(golden, 'utf8'))
    t.same(text.split('\n').filter((line) => !vizRules.some((rule) => rule.test(line))), []) // prettier-ignore
  })

  t.test(`D1: ${name}: dot and Mermaid have each node, store and arrow of describe()`, async (t) => {
    const parts = described(make().describe())
    const nodes = parts.flatMap((part) => part.nodes)
    const processors = nodes.filter(({ kind }) => kind === 'processor').length
    const stores = parts.flatMap((part) => [...new Set(part.nodes.flatMap((node) => node.stores))]).length
    const topics = new Set(nodes.flatMap((node) => node.topics)).size
    const uses = nodes.reduce((sum, node) => sum + node.stores.length, 0)

    const dot = toDot(name, parts)
    const count = (text: string, pattern: RegExp): number => [...text.matchAll(pattern)].length
    t.equal(count(dot, /shape=box/g), processors)
    t.equal(count(dot, /shape=cylinder/g), stores)
    t.equal(count(dot, /shape=cds/g), topics)
    t.equal(count(dot, /dir=none/g), uses)
    const dotRules = [/^digraph "[^"]+" \{$/, /^ +rankdir=LR$/, /^ +node \[.+\]$/, /^ +subgraph cluster_\d+ \{$/, /^ +label="[^"]*"$/, /^ *\}$/, /^ +n\d+ \[shape=\w+, label="[^"]*"\]$/, /^ +n\d+ -> n\d+(?: \[dir=none, style=dotted\])?$/] // prettier-ignore
    const lines = dot.trimEnd().split('\n')
    t.same(lines.filter((line) => !dotRules.some((rule) => rule.test(line))), []) // prettier-ignore
    t.equal(count(dot, /\{$/gm), count(dot, /^ *\}$/gm), 'what is opened is closed')
    const declared = new Set([...dot.matchAll(/^ +(n\d+) \[/gm)].map(([, id]) => id))
    const used = [...dot.matchAll(/(n\d+) -> (n\d+)/g)].flatMap(([, from, to]) => [from, to])
    t.ok(used.every((id) => declared.has(id)))

    const mermaid = toMermaid(parts)
    t.equal(count(mermaid, /-->/g), count(dot, /->/g) - uses)
    t.equal(count(mermaid, /-\.-/g), uses)
  })

  t.test(`D1: ${name}: the JSON is the same after a restart, and names stores, changelogs and serdes`, async (t) => {
    const [first, second] = [topologyDocument(name, make()), topologyDocument(name, make())]
    t.same(first, second)
    t.match(first.hash, /^[0-9a-f]{16}$/)
    const nodes = first.parts.flatMap((part) => part.nodes)
    const ends = nodes.filter(({ kind }) => kind !== 'processor')
    t.ok(ends.every(({ serdes }) => serdes !== undefined))
    const stores = new Set(nodes.flatMap((node) => node.stores))
    const known = new Set(first.parts.flatMap((part) => part.stores.map((store) => store.name)))
    t.same([...known].toSorted(), [...stores].toSorted())
  })
}

t.test('D1: another topology has another hash', async (t) => {
  const hashes = Object.entries(topologies).map(([name, make]) => topologyDocument(name, make()).hash)
  t.equal(new Set(hashes).size, hashes.length)
})

t.test('D1: windows and changelogs are told with how long they are kept', async (t) => {
  const { parts } = topologyDocument('transfer-analytics', topologies['transfer-analytics']!())
  const stores = new Map(parts.flatMap((part) => part.stores.map((store) => [store.name, store])))
  t.match(stores.get('sent-1h'), { windows: { sizeMs: 3_600_000, retentionMs: 7 * 24 * 3_600_000 } })
  t.match(stores.get('sent-1h')?.changelog, { kind: 'internal', name: 'transfer-analytics-sent-1h-changelog' })
  t.match(stores.get('rows')?.changelog, { kind: 'source', name: 'ingestion.bank.transfers' })
  t.match(parts.flatMap((part) => part.repartitions).map((topic) => topic.name), ['transfer-analytics-by-sender-repartition', 'transfer-analytics-by-hour-repartition']) // prettier-ignore
})
