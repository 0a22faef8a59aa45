import type { NewTopic, Topic, Topology } from 'millrace'
import { described } from '../topology/described.ts'
import { topologyDocument } from '../topology/document.ts'

export interface CatalogueOptions {
  readonly manifest: readonly NewTopic[]
  /** Topics with their serdes. */
  readonly topics: readonly Pick<Topic<unknown, unknown>, 'name' | 'key' | 'value'>[]
  /** Stream applications by name. */
  readonly applications: Readonly<Record<string, Topology>>
}

/** All topics as a page of Markdown: those of the manifest, and the internal ones of the applications. */
export function topicCatalogue({ manifest, topics, applications }: CatalogueOptions): string {
  const serdes = new Map(topics.map((topic) => [topic.name, topic]))
  const users = usersOf(applications)
  const rows = manifest.map(({ name, partitions, config = {} }) => {
    const serde = serdes.get(name)
    const content = serde === undefined ? 'bytes' : `${serde.key.name ?? 'bytes'} → ${serde.value.name ?? 'bytes'}`
    const { written, read } = users.get(name) ?? { written: [], read: [] }
    return [name, content, String(partitions), settings(config), written.join(', '), read.join(', ')]
  })
  return [
    '# Topics',
    '',
    table(['topic', 'key → value', 'partitions', 'configuration', 'written by', 'read by'], rows),
    '',
    '## Internal topics',
    '',
    'Applications make them themselves. A changelog has as many partitions as its store has tasks, a repartition topic as many as the largest topic before it.',
    '',
    table(
      ['topic', 'kind', 'configuration'],
      Object.entries(applications).flatMap(([name, topology]) => internalRows(name, topology)),
    ),
    '',
  ].join('\n')
}

function internalRows(application: string, topology: Topology): string[][] {
  return topologyDocument(application, topology).parts.flatMap(({ repartitions, stores }) => [
    ...repartitions.map(({ name, config }) => [name, 'repartition', settings(config)]),
    ...stores.flatMap(({ changelog }) =>
      changelog?.kind === 'internal' ? [[changelog.name, 'changelog', settings(changelog.config)]] : [],
    ),
  ])
}

export interface TopicUsers {
  readonly written: string[]
  readonly read: string[]
}

/** Who writes and reads each topic, by its name. */
export function usersOf(applications: CatalogueOptions['applications']): ReadonlyMap<string, TopicUsers> {
  const users = new Map<string, TopicUsers>()
  for (const [application, topology] of Object.entries(applications))
    for (const { kind, topics } of described(topology.describe()).flatMap(({ nodes }) => nodes))
      for (const topic of topics) {
        const known = users.get(topic) ?? { written: [], read: [] }
        users.set(topic, known)
        const list = kind === 'sink' ? known.written : known.read
        if (!list.includes(application)) list.push(application)
      }
  return users
}

const settings = (config: Readonly<Record<string, string>>): string =>
  Object.entries(config).map(([key, value]) => `${key}=${value}`).join(', ') // prettier-ignore

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [row(head), row(head.map(() => '-')), ...rows.map(row)].join('\n')
}
