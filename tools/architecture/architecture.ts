/** Writes docs/architecture.md (`npm run architecture`): diagrams of what the topologies say of themselves, and the list of services. */
import { readFileSync, writeFileSync } from 'node:fs'
import { applications } from '../../examples/transfer-pipeline/main.ts'
import { transferReadTopology } from '../../examples/transfer-pipeline/topologies/transfer-read.ts'
import { userDirectoryTopology } from '../../examples/transfer-pipeline/topologies/user-directory.ts'
import {
  deadLetterTopics,
  enriched,
  manifest,
  repeatables,
  rawTransfers,
  rawUsers,
  transferCommands,
  users,
} from '../../examples/transfer-pipeline/topics.ts'
import { bff } from '../../app/services/bff/main.ts'
import { capture } from '../../app/services/capture/main.ts'
import { schemasService } from '../../app/services/schemas/main.ts'
import { deadLettersService } from '../../app/services/dead-letters/main.ts'
import { coreRead } from '../../app/services/core-read/main.ts'
import { inspectorService } from '../../app/services/inspector/main.ts'
import { readState } from '../../app/services/read-state/main.ts'
import { registryService } from '../../app/services/registry/main.ts'
import { retriesService } from '../../app/services/retries/main.ts'
import { sinkService } from '../../app/services/sink/main.ts'
import { streamsService } from '../../app/services/streams/main.ts'
import { transfersWrite } from '../../app/services/transfers-write/main.ts'
import { usersWrite } from '../../app/services/users-write/main.ts'
import { markdown } from '../markdown.ts'
import { described } from '../../app/topology/described.ts'
import type { DescribedNode, DescribedPart } from '../../app/topology/described.ts'
import { flowchart, overview } from './mermaid.ts'
import type { Station } from './mermaid.ts'

const path = new URL('../../docs/architecture.md', import.meta.url).pathname
const topics: readonly string[] = manifest.map(({ name }) => name)
const services = [usersWrite, transfersWrite, capture, registryService, streamsService, sinkService, coreRead, readState, inspectorService, retriesService, deadLettersService, schemasService, bff] // prettier-ignore

const retried = repeatables.flatMap(({ retries }) => [...retries.values()])
const replayed = repeatables.map(({ replay }) => replay)

/** What is no stream application: services around the topics, and their databases. */
const around: readonly Station[] = [
  { name: 'users-write', kind: 'service', from: [], to: ['users.db'] },
  { name: 'transfers-write', kind: 'service', from: [users.name, transferCommands.name], to: ['transfers.db'] },
  { name: 'users.db', kind: 'database', from: [], to: ['capture users'] },
  { name: 'transfers.db', kind: 'database', from: [], to: ['capture transfers'] },
  { name: 'capture users', kind: 'service', from: [], to: [rawUsers.name] },
  { name: 'capture transfers', kind: 'service', from: [], to: [rawTransfers.name] },
  { name: 'sink', kind: 'service', from: [enriched.name], to: ['documents.db'] },
  { name: 'documents.db', kind: 'database', from: [], to: ['core-read'] },
  { name: 'core-read', kind: 'service', from: [], to: ['bff'] },
  { name: 'read-state', kind: 'service', from: [enriched.name], to: [] },
  { name: 'bff', kind: 'service', from: [], to: ['users-write', 'transfers-write', 'page'] },
  { name: 'retries', kind: 'service', from: retried, to: replayed },
  { name: 'dead-letters', kind: 'service', from: [...deadLetterTopics], to: ['bff', ...replayed] },
  { name: 'schemas', kind: 'service', from: [], to: ['bff'] },
  { name: 'inspector', kind: 'service', from: [], to: ['page'] },
  { name: 'page', kind: 'service', from: [], to: ['bff'] },
]

/** The topics of the manifest that an application reads or writes; what is its own is in its own diagram. */
function publicTopics(parts: readonly DescribedPart[], kind: DescribedNode['kind']): string[] {
  const named = parts.flatMap(({ nodes }) => nodes).flatMap((node) => (node.kind === kind ? node.topics : []))
  return topics.filter((topic) => named.includes(topic))
}

/** Services that keep what they need of the topics in stores of their own. */
const inside = [
  ['read-state', transferReadTopology()],
  ['transfers-write', userDirectoryTopology()],
] as const

function chapterOf(id: string, parts: readonly DescribedPart[]): string {
  return `### ${id}\n\n${flowchart(parts)}\n`
}

export async function architecturePage(): Promise<string> {
  const apps = Object.entries(applications).map(([id, make]) => [id, described(make({}).describe())] as const)
  const stations = apps.map(([name, parts]): Station => {
    return { name, kind: 'application', from: publicTopics(parts, 'source'), to: publicTopics(parts, 'sink') }
  })
  const rows = services.map(({ name, summary }) => `| ${name} | ${summary} |`)
  const text = `<!-- Written by \`npm run architecture\`. -->

# The pipeline

Diagrams of the stream applications are made from what \`describe()\` says of their topologies. How the library is built is in
[ARCHITECTURE.md](../ARCHITECTURE.md), what each room of the application holds in [app/README.md](../app/README.md).

## The way of a record

Round ends are topics, double sides stream applications, drums databases. Change capture reads rows; settlement answers with commands, which
become rows again.

${overview([...stations, ...around], topics)}

The inspector reads all topics, and tells the page what passes.

## Services

Each starts alone: \`node --conditions=millrace-source app/services/NAME/main.ts --help\`.

| service | what it does |
| --- | --- |
${rows.join('\n')}

## The stream applications

A box is a sub-topology: one task of each partition runs it. Dotted lines lead to the stores of a processor. Topics between two
sub-topologies are internal ones, whose names begin with the application id on the cluster.

${apps.map(([id, parts]) => chapterOf(id, parts)).join('\n')}
## Topologies inside services

${inside.map(([id, topology]) => chapterOf(id, described(topology.describe()))).join('\n')}`
  return markdown(text, path)
}

export const currentPage = (): string => readFileSync(path, 'utf8')

if (import.meta.main) writeFileSync(path, await architecturePage())
