import { join } from 'node:path'
import { EmbeddedKafka } from '../../lib/embedded.ts'
import type { Cluster, RawRecord } from '../../lib/index.ts'
import { auditLog, deadLetterTopicOf, rawTransfers, rawUsers, transfers, users } from '../../examples/transfer-pipeline/topics.ts'
import { endsOf, startsOf } from '../../app/adapters/kafka/partition-ends.ts'
import { positionHeader } from '../../app/capture/envelope.ts'
import { tailTopics } from '../../app/adapters/kafka/topic-tail.ts'

/** What the topics in this directory have twice, as {@link twiceIn}. No pipeline runs on it. */
export async function twiceInDirectory(dir: string): Promise<readonly string[]> {
  await using cluster = await EmbeddedKafka.open({ dir: join(dir, 'kafka') })
  return twiceIn(cluster)
}

/**
 * What a reader of committed records gets twice. Capture writes each change of a row once, so of an id there may be as many rows and as many records of the
 * audit log as changes, and one dead letter of each refused record.
 */
export async function twiceIn(cluster: Cluster): Promise<readonly string[]> {
  const doubled: string[] = []
  for (const [raw, rows, entity] of [
    [rawUsers.name, users.name, 'users'],
    [rawTransfers.name, transfers.name, 'transfers'],
  ] as const) {
    const changes = countsOf(await committed(cluster, raw, changedId))
    const written = countsOf(await committed(cluster, rows, keyOf))
    const audited = countsOf((await committed(cluster, auditLog.name, keyOf)).filter((key) => key.startsWith(`${entity}:`)))
    for (const [id, count] of changes) {
      if ((written.get(id) ?? 0) > count) doubled.push(`${rows} has ${written.get(id)} rows of ${count} changes of ${id}`)
      const records = audited.get(`${entity}:${id}`) ?? 0
      if (records !== count) doubled.push(`${auditLog.name} has ${records} records of ${count} changes of ${entity}:${id}`)
    }
    const letters = countsOf(await committed(cluster, deadLetterTopicOf(raw), originOf))
    for (const [origin, count] of letters) if (count > 1) doubled.push(`${origin} was refused ${count} times`)
  }
  return doubled
}

/** What is told of each committed record of a topic; null is left out. The records themselves may be more than memory holds. */
async function committed(cluster: Cluster, name: string, tell: (record: RawRecord) => string | null): Promise<readonly string[]> {
  const [from, until] = [await startsOf(cluster, [name]), await endsOf(cluster, [name])]
  const told: string[] = []
  const { signal } = new AbortController()
  for await (const parts of tailTopics(cluster, { clientId: 'twice', from, until, signal }))
    for (const { records } of parts) told.push(...records.flatMap((record) => tell(record) ?? []))
  return told
}

/** Null: it is the tombstone behind a delete, or somebody else wrote it, and not capture. */
function changedId({ key, value, headers }: RawRecord): string | null {
  const isOfCapture = headers.some((header) => header.key === positionHeader)
  return value === null || !isOfCapture ? null : (/"id":(\d+)/.exec(textOf(key))?.[1] ?? null)
}

/** Null: it is a letter of capture, which has Connect's headers. */
function originOf({ headers }: RawRecord): string | null {
  const said = new Map(headers.map(({ key, value }) => [key, textOf(value)]))
  if (!said.has('__streams.errors.offset')) return null
  return ['topic', 'partition', 'offset'].map((name) => said.get(`__streams.errors.${name}`)).join('-')
}

function countsOf(keys: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1)
  return counts
}

const keyOf = ({ key }: RawRecord): string => textOf(key)

const textOf = (bytes: Uint8Array | null | undefined): string => Buffer.from(bytes ?? []).toString()
