import { test } from 'tap'
import { Serdes, openConsumer, topic } from 'millrace'
import type { Cluster } from 'millrace'
import { enriched, rawTransfers, transfers } from '../../../../examples/transfer-pipeline/topics.ts'
import { seededChance } from '../../../../lib/clock/chance.ts'
import type { Trace, TraceHop } from '../../../../app/contracts/feed.ts'
import { awaitEqual } from '../../../../app/pipeline/expected.ts'
import { openPipeline } from '../../../../app/pipeline/pipeline.ts'
import { silentLog } from '../../../../app/platform/log.ts'
import { inspectorService } from '../../../../app/services/inspector/main.ts'
import { directory } from '../../../storage/media.ts'

const made = 60
const looked = 20

interface Plain {
  readonly key: string
  readonly bytes: number
  readonly schemaId: number | null
}

const bytesOf = (name: string) => topic(name, { key: Serdes.bytes, value: Serdes.bytes })

/** What a consumer that knows nothing of the application reads of the topics, by `topic/partition/offset`. */
async function plainRecords(cluster: Cluster, names: readonly string[], count: number): Promise<ReadonlyMap<string, Plain>> {
  const records = new Map<string, Plain>()
  const consumer = await openConsumer(cluster, { clientId: 'plain', topics: names.map(bytesOf) })
  try {
    for await (const batch of consumer) {
      for (const { topic: name, partition, offset, key, value } of batch.records)
        records.set(`${name}/${partition}/${offset}`, {
          key: Buffer.from(key!).toString(),
          bytes: key!.length + value!.length,
          schemaId: value![0] === 0 ? Buffer.from(value!).readInt32BE(1) : null,
        })
      if (records.size >= count) return records
    }
    return records
  } finally {
    await consumer.close()
  }
}

async function post(url: string, body: object): Promise<number> {
  const answer = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
  return ((await answer.json()) as { readonly id: number }).id
}

async function traceOf(url: string, id: number): Promise<Trace> {
  return (await (await fetch(`${url}/traces/${id}`, { method: 'PUT' })).json()) as Trace
}

async function wholeTrace(url: string, id: number): Promise<Trace> {
  for (;;) {
    const trace = await traceOf(url, id)
    if (trace.hops.length === 5) return trace
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** A raw key is Connect's JSON. */
const isKeyOf = (id: number, key: string): boolean =>
  key === String(id) || (JSON.parse(key) as { readonly payload: { readonly id: number } }).payload.id === id

test('UI3: the traces of 20 random transfers say what a plain consumer reads: partition, offset, bytes, schema id', async (t) => {
  t.setTimeout(120_000)
  await using pipeline = await openPipeline({ kafka: undefined, dir: directory(t), settlement: 'off' }, silentLog)
  const { url } = await pipeline.start(inspectorService, { registry: pipeline.registryUrl, clusterIdentity: 'test' })
  await pipeline.ready
  const users = [
    await post(`${pipeline.usersUrl}/users`, { name: 'Amara' }),
    await post(`${pipeline.usersUrl}/users`, { name: 'Bruno' }),
  ]
  const chance = seededChance(Date.now())
  const ids = new Set<number>()
  while (ids.size < looked) ids.add(1 + Math.floor(chance.float() * made))
  for (const id of ids) await traceOf(url, id)
  for (let number = 0; number < made; number++)
    await post(`${pipeline.transfersUrl}/transfers`, { fromUserId: users[0], toUserId: users[1], amount: '10.00' })
  t.same(await awaitEqual(pipeline.readUrl, pipeline, 30_000), [])
  const names = [rawTransfers.name, transfers.name, enriched.name]
  const records = await plainRecords(pipeline.cluster, names, names.length * made)
  const schemas = new Set<number | null>()
  for (const id of ids) {
    const { hops } = await wholeTrace(url, id)
    t.same(
      hops.map(({ station }) => station),
      ['sql', 'raw', 'ingestion', 'enriched', 'document'],
      `the stations of ${id}`,
    )
    for (const { topic: name, p, o, bytes, schemaId } of hops.filter((hop: TraceHop) => hop.topic !== null)) {
      const plain = records.get(`${name}/${p}/${o}`)!
      t.ok(isKeyOf(id, plain.key), `${name} at ${p}/${o} is of ${id}`)
      t.same({ bytes, schemaId }, { bytes: plain.bytes, schemaId: plain.schemaId }, `${name} of ${id}`)
      schemas.add(schemaId)
    }
  }
  t.equal(schemas.size, 3, 'JSON has no schema id; the two Avro topics have one each')
})
