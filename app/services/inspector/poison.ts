import { openProducer } from 'millrace'
import type { Cluster } from 'millrace'
import Type from 'typebox'
import { bytesOf, enriched, rawTransfers, transfers } from '../../../examples/transfer-pipeline/topics.ts'
import type { Poison, PoisonedRecord } from '../../contracts/bff.ts'

/** A kind that is a record in a topic: all but the row in SQL. */
export type RecordPoison = Exclude<Poison['kind'], 'sql'>

const time = '2026-01-01T00:00:00.000Z'
const good = { from_user_id: 1, to_user_id: 2, amount: '10.00', status: 'PENDING', request_id: null, created_at: time }

/** What change capture would write of such a row. */
function envelope(id: number, change: object): Uint8Array {
  const after = { id, ...good, last_updated_at: time, ...change }
  return Buffer.from(JSON.stringify({ before: null, after, op: 'c', ts_ms: 0, source: { snapshot: 'false' } }))
}

interface BrokenRecord {
  readonly topic: string
  readonly value: (id: number) => Uint8Array
}

const raw = (value: BrokenRecord['value']): BrokenRecord => ({ topic: rawTransfers.name, value })

/** What no application can process, and where it is written. */
const records: Readonly<Record<RecordPoison, BrokenRecord>> = {
  amount: raw((id) => envelope(id, { amount: 'abc' })),
  negative: raw((id) => envelope(id, { amount: '-5.00' })),
  self: raw((id) => envelope(id, { to_user_id: 1 })),
  column: raw((id) => envelope(id, { status: undefined })),
  empty: raw(() => Buffer.from('{}')),
  envelope: raw(() => Buffer.from('{"schema":{}}')),
  bytes: raw(() => Uint8Array.from([0x00, 0x00, 0x0f, 0x42, 0x3f, 0xff, 0xfe])),
  // The id of a schema, 999,999, that no registry has.
  schema: { topic: transfers.name, value: () => Uint8Array.from([0x00, 0x00, 0x0f, 0x42, 0x3f, 0x02, 0x04]) },
  document: { topic: enriched.name, value: () => Buffer.from('hello') },
}

const kinds = [...Object.keys(records), 'sql'] as Poison['kind'][]

/** {@link Poison} as the body of a request to the page's server. */
export const poisonSchema = Type.Object({ kind: Type.Enum(kinds) }, { additionalProperties: false })

/** What of it the inspector takes: a row in SQL is none of its affairs. */
export const recordPoisonSchema = Type.Object(
  { kind: Type.Enum(Object.keys(records) as RecordPoison[]) },
  { additionalProperties: false },
)

/** A broken record as it is written. The id is that of the transfer which it says it is. */
export function brokenRecord(kind: RecordPoison, id: number) {
  const { topic, value } = records[kind]
  const key = topic === rawTransfers.name ? JSON.stringify({ id }) : String(id)
  return { topic, key: Buffer.from(key), value: Buffer.from(value(id)) }
}

/** Writes a broken record beside what change capture or an application writes there. */
export async function sendPoison(cluster: Cluster, kind: RecordPoison, id = 0): Promise<PoisonedRecord> {
  const { topic, key, value } = brokenRecord(kind, id)
  const producer = await openProducer(cluster, { clientId: 'poison' })
  try {
    const [sent] = await producer.send(bytesOf(topic), [{ key, value }])
    return { topic, p: sent!.partition, o: sent!.offset }
  } finally {
    await producer.close()
  }
}
