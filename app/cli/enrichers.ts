/** The three versions of the enricher on a copy of the newest transfers of a pipeline that runs: `npm run enrichers`. */
import { parseArgs } from 'node:util'
import { kafka } from 'millrace'
import type { Cluster, SchemaRegistry, Topology } from 'millrace'
import { TopologyTestDriver } from 'millrace/testing'
import { avroModes, schemasFor } from '../../examples/transfer-pipeline/schemas/avro-mode.ts'
import type { IngestionTransfer, IngestionUser } from '../../examples/transfer-pipeline/schemas/rows.ts'
import { enricherTopology } from '../../examples/transfer-pipeline/topologies/enricher.ts'
import { enricherV1Topology, enrichedV1 } from '../../examples/transfer-pipeline/topologies/enricher-v1.ts'
import { enricherV2Topology, enrichedV2 } from '../../examples/transfer-pipeline/topologies/enricher-v2.ts'
import { enriched, transfers, users } from '../../examples/transfer-pipeline/topics.ts'
import { endsOf, startsOf } from '../adapters/kafka/partition-ends.ts'
import { tailTopics } from '../adapters/kafka/topic-tail.ts'
import { TopicReader, keyText } from '../feed/topics/topic-reader.ts'
import type { ValueTopic } from '../feed/topics/topic-reader.ts'

const usage = `npm run enrichers -- [OPTIONS]
  Copies the newest rows of transfers, and the users that they name, out of a pipeline that runs, and counts what each version of the
  enricher makes of the copy. The pipeline is read, and nothing is written to it.
  --kafka HOST:PORT    the cluster, 127.0.0.1:9092 by default
  --registry URL       the registry, http://127.0.0.1:8091 by default
  --avro-mode MODE     ${avroModes.join(', ')}; registry by default
  --last NUMBER        how many rows, 200 by default`

/** What a version of the enricher has emitted. */
export interface EnricherCount {
  readonly version: 'v1' | 'v2' | 'it runs'
  /** For the rows of the copy. */
  readonly copied: number
  /** When the user is renamed who has most of the transfers (E2). */
  readonly renamed: number
  /** For a transfer to a user who is not there, and when he comes (E3). */
  readonly early: number
  readonly completed: number
}

export interface EnricherCounts {
  readonly rows: number
  readonly users: number
  /** Who is renamed, and how many transfers of the copy name him. */
  readonly busiest: { readonly id: number; readonly transfers: number }
  readonly versions: readonly EnricherCount[]
}

interface Row<V> {
  readonly key: string
  readonly value: V
  readonly timestamp: number
}

const versions = [
  { version: 'v1', topology: enricherV1Topology, to: enrichedV1 },
  { version: 'v2', topology: enricherV2Topology, to: enrichedV2 },
  { version: 'it runs', topology: enricherTopology, to: enriched },
] as const

/** Counts over the newest `last` rows of transfers. Rows that are gone, or cannot be read, are left out. */
export async function countEnrichers(cluster: Cluster, registry: SchemaRegistry, last = 200): Promise<EnricherCounts> {
  const copied = (await newest(cluster, transfers, registry, last)).toSorted((a, b) => a.timestamp - b.timestamp).slice(-last)
  const named = new Set(copied.flatMap(({ value }) => [String(value.fromUserId), String(value.toUserId)]))
  const known = new Map((await newest(cluster, users, registry, Infinity)).map((row) => [row.key, row]))
  const copiedUsers = [...known.values()].filter(({ key }) => named.has(key))
  const busiest = busiestOf(copied, copiedUsers)
  const counts = versions.map((each) => ({ version: each.version, ...run(each, copied, copiedUsers, busiest.id) }))
  return { rows: copied.length, users: copiedUsers.length, busiest, versions: counts }
}

function run(
  { topology, to }: { readonly topology: () => Topology; readonly to: typeof enriched },
  rows: readonly Row<IngestionTransfer>[],
  people: readonly Row<IngestionUser>[],
  busiest: number,
): Omit<EnricherCount, 'version'> {
  using driver = new TopologyTestDriver(topology())
  const [userTopic, transferTopic] = [driver.createInputTopic(users), driver.createInputTopic(transfers)]
  const output = driver.createOutputTopic(to)
  const after = (act: () => void): number => {
    act()
    return output.readRecords().length
  }
  for (const person of people) userTopic.pipeInput(person)
  const copied = after(() => rows.forEach((row) => transferTopic.pipeInput(row)))
  const user = people.find(({ key }) => key === String(busiest))
  const row = rows.at(-1)
  if (user === undefined || row === undefined) return { copied, renamed: 0, early: 0, completed: 0 }
  const timestamp = row.timestamp + 1
  const renamed = after(() =>
    userTopic.pipeInput({ ...user, value: { ...user.value, name: `${user.value.name} II` }, timestamp }),
  )
  const [id, toUserId] = [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER]
  const transfer = { ...row.value, id, fromUserId: busiest, toUserId }
  const early = after(() => transferTopic.pipeInput({ key: String(id), value: transfer, timestamp }))
  const newcomer = { ...user.value, id: toUserId, name: 'Newcomer' }
  const completed = after(() => userTopic.pipeInput({ key: String(toUserId), value: newcomer, timestamp }))
  return { copied, renamed, early, completed }
}

/** Who is known and is named by most of the transfers. */
function busiestOf(rows: readonly Row<IngestionTransfer>[], people: readonly Row<IngestionUser>[]): EnricherCounts['busiest'] {
  const now = [...new Map(rows.map(({ key, value }) => [key, value])).values()]
  const transfersOf = (id: number): number =>
    now.filter(({ fromUserId, toUserId }) => fromUserId === id || toUserId === id).length
  const counted = people.map(({ value: { id } }) => ({ id, transfers: transfersOf(id) }))
  return counted.toSorted((a, b) => b.transfers - a.transfers)[0] ?? { id: 0, transfers: 0 }
}

/** Up to `last` of each partition. */
async function newest<V>(cluster: Cluster, topic: ValueTopic<V>, registry: SchemaRegistry, last: number): Promise<Row<V>[]> {
  const reader = new TopicReader(topic, registry)
  const [starts, until] = [await startsOf(cluster, [topic.name]), await endsOf(cluster, [topic.name])]
  const endOf = new Map(until.map(({ partition, offset }) => [partition, offset]))
  const from = starts.map((start) => ({ ...start, offset: Math.max(start.offset, endOf.get(start.partition)! - spanOf(last)) }))
  const rows: Row<V>[] = []
  const { signal } = new AbortController()
  for await (const parts of tailTopics(cluster, { clientId: 'enrichers', from, until, signal }))
    for (const { records } of parts) {
      await reader.prepare(records).catch(() => {})
      for (const record of records) rows.push(...rowOf(reader, record))
    }
  return rows
}

/** A transaction's marker is an offset, too, and at most each second one is. */
const spanOf = (rows: number): number => 2 * rows

function rowOf<V>(reader: TopicReader<V>, record: Parameters<TopicReader<V>['read']>[0]): Row<V>[] {
  try {
    const value = reader.read(record)
    return value === null ? [] : [{ key: keyText(record) ?? '', value, timestamp: record.timestamp }]
  } catch {
    return []
  }
}

/** A line for each thing that is counted, a column for each version. */
export function enricherLines({ rows, users: people, busiest, versions: counted }: EnricherCounts): string {
  const line = (name: string, values: readonly unknown[]): string =>
    name.padEnd(50) + values.map((value) => String(value).padStart(9)).join('')
  return [
    `A copy of the newest ${rows} rows of transfers, and of the ${people} users that they name. Records that each version emits:`,
    '',
    line(
      '',
      counted.map(({ version }) => version),
    ),
    line(
      'the rows themselves',
      counted.map(({ copied }) => copied),
    ),
    line(
      `E2: user ${busiest.id} is renamed, whom ${busiest.transfers} transfers name`,
      counted.map(({ renamed }) => renamed),
    ),
    line(
      'E3: a transfer to a user who is not there',
      counted.map(({ early }) => early),
    ),
    line(
      'E3: that user comes',
      counted.map(({ completed }) => completed),
    ),
  ].join('\n')
}

async function main(args: readonly string[]): Promise<void> {
  const text = (value: string) => ({ type: 'string', default: value }) as const
  const options = {
    kafka: text('127.0.0.1:9092'),
    registry: text('http://127.0.0.1:8091'),
    'avro-mode': text('registry'),
    last: text('200'),
    help: { type: 'boolean', default: false },
  } as const
  const { values } = parseArgs({ args: [...args], options })
  const [mode, last] = [avroModes.find((known) => known === values['avro-mode']), Number(values.last)]
  if (values.help || mode === undefined || !Number.isInteger(last) || last < 1) {
    process.stdout.write(`${usage}\n`)
    process.exitCode = values.help ? 0 : 1
    return
  }
  const cluster = kafka({ bootstrapServers: values.kafka })
  process.stdout.write(`${enricherLines(await countEnrichers(cluster, schemasFor(mode, values.registry), last))}\n`)
}

if (import.meta.main) await main(process.argv.slice(2))
