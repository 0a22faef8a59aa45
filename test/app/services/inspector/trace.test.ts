import { test } from 'tap'
import { Serdes, openConsumer, topic } from 'millrace'
import type { Cluster } from 'millrace'
import { enriched, rawTransfers, transfers } from '../../../../examples/transfer-pipeline/topics.ts'
import { seededChance } from '../../../../lib/clock/chance.ts'
import type { Trace, TraceHop } from '../../../../app/contracts/feed.ts'
import { awaitEqual } from '../../../../app/pipeline/expected.ts'
import { readExposition } from '../../../../app/operations/promql/read-exposition.ts'
import type { Sample } from '../../../../app/operations/promql/sample-store.ts'
import { openPipeline } from '../../../../app/pipeline/pipeline.ts'
import { silentLog } from '../../../../app/platform/log.ts'
import { inspectorService } from '../../../../app/services/inspector/main.ts'
import { directory } from '../../../storage/media.ts'
import { askedMetrics, metricsIn } from '../../observability/scrape.ts'

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

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

/** How many ages of changes were taken, by lane and station. */
function agesOf(samples: readonly Sample[]): Readonly<Record<string, number>> {
  const counts = samples.filter(({ metric }) => metric === 'transfer_pipeline_e2e_seconds_count')
  return Object.fromEntries(counts.map(({ labels, value }) => [`${labels['lane']} ${labels['stage']}`, value]))
}

/** Resolves when an inspector has taken so many ages: it finds documents by the offsets that the sink commits. */
async function agesAt(url: string, count: number): Promise<void> {
  while (sum(Object.values(agesOf(readExposition(await (await fetch(`${url}/metrics`)).text())))) < count)
    await new Promise((resolve) => setTimeout(resolve, 50))
}

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

  await t.test(
    'O1: all that runs is scraped: each record has its age, and what dashboards and rules ask for is there',
    async (t) => {
      const expected = {
        'user raw': users.length,
        'user ingestion': users.length,
        'transfer raw': made,
        'transfer ingestion': made,
        'transfer enriched': made,
        'transfer document': made,
      }
      await agesAt(url, 4 * made + 2 * users.length)
      const running = [...pipeline.services().values(), ...pipeline.applications().values()]
      const scrapes = await Promise.all(running.map(async (at) => (await fetch(`${at}/metrics`)).text()))
      const samples = scrapes.flatMap(readExposition)
      t.same(agesOf(samples), expected, 'one age for each record of each station')
      const written = samples.filter(
        ({ metric, labels }) => metric === 'kafka_stream_topic_records_produced_total' && labels['topic'] === enriched.name,
      )
      t.ok(sum(written.map(({ value }) => value)) >= made, 'the engine counts them, and again what an aborted transaction had')
      const published = new Set(scrapes.flatMap(metricsIn))
      t.same(
        askedMetrics().filter(([name]) => !published.has(name)),
        [],
      )
    },
  )
})
