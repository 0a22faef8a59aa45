import { Serdes, openProducer, topic } from 'millrace'
import type { Cluster } from 'millrace'
import Type from 'typebox'
import { rawTransfers } from '../../../examples/transfer-pipeline/topics.ts'
import type { Poison, Poisoned } from '../../contracts/bff.ts'

/** {@link Poison} as the body of a request. */
export const poisonSchema = Type.Object({ kind: Type.Enum(['amount', 'envelope', 'bytes']) }, { additionalProperties: false })

const rawBytes = topic(rawTransfers.name, { key: Serdes.string, value: Serdes.bytes })

const row = { id: 0, from_user_id: 1, to_user_id: 2, amount: 'abc', status: 'PENDING', request_id: null }
const times = { created_at: '2026-01-01T00:00:00.000Z', last_updated_at: '2026-01-01T00:00:00.000Z' }

/** What no application can process. */
const values: Readonly<Record<Poison['kind'], Uint8Array>> = {
  amount: Buffer.from(
    JSON.stringify({ before: null, after: { ...row, ...times }, op: 'c', ts_ms: 0, source: { snapshot: 'false' } }),
  ),
  envelope: Buffer.from('{"schema":{}}'),
  bytes: Uint8Array.from([0x00, 0x00, 0x0f, 0x42, 0x3f, 0xff, 0xfe]),
}

/** Writes a broken record to the raw topic of transfers, beside what change capture writes there. */
export async function sendPoison(cluster: Cluster, { kind }: Poison): Promise<Poisoned> {
  const producer = await openProducer(cluster, { clientId: 'poison' })
  try {
    const [sent] = await producer.send(rawBytes, [{ key: '{"id":0}', value: values[kind] }])
    return { topic: rawTransfers.name, p: sent!.partition, o: sent!.offset }
  } finally {
    await producer.close()
  }
}
