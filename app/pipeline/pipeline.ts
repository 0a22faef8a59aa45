import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import type { FastifyInstance } from 'fastify'
import { openConsumer } from 'millrace'
import type { Cluster, SchemaRegistry } from 'millrace'
import { schemaRegistry } from 'millrace/avro'
import { applications, startApplication } from '../../examples/transfer-pipeline/main.ts'
import { enriched, rawTransfers, rawUsers } from '../../examples/transfer-pipeline/topics.ts'
import { openBankDatabase } from '../adapters/sqlite/bank-database.ts'
import { readServer } from '../services/core-read/read-server.ts'
import { openRegistry } from '../registry/registry-server.ts'
import { Sink } from '../sink/sink.ts'
import { ChangeLog } from '../adapters/sqlite/change-log.ts'
import { KafkaRawTopics } from '../adapters/kafka/kafka-raw-topics.ts'
import { Source } from '../capture/source.ts'
import { SqliteDocumentStore } from '../adapters/sqlite/sqlite-document-store.ts'
import { writeServer } from '../services/core-write/write-server.ts'
import { createTopics, openCluster } from './open-cluster.ts'
import type { PipelineOptions } from './options.ts'
import { toDocument } from '../services/core-read/to-document.ts'

export interface Pipeline extends AsyncDisposable {
  readonly clusterName: string
  readonly dir: string
  readonly database: DatabaseSync
  readonly registryUrl: string
  readonly writeUrl: string
  readonly readUrl: string
  /** Rejects when a part can no longer go on. */
  readonly failure: Promise<never>
}

/** What the parts share, and the stack that stops them, last first. */
interface Opening {
  readonly cluster: Cluster
  readonly schemas: SchemaRegistry
  readonly dir: string
  readonly log: (line: string) => void
  readonly parts: AsyncDisposableStack
  readonly onFailure: (error: Error) => void
}

/** Starts everything, from the write API to the read API, in this process and on free ports. Disposing it stops all. */
export async function openPipeline(options: PipelineOptions, log: (line: string) => void): Promise<Pipeline> {
  await using parts = new AsyncDisposableStack()
  const dir = await openDirectory(options.dir, parts)
  const cluster = await openCluster(options.kafka, dir, parts)
  await createTopics(cluster)
  const registry = await openRegistry({ port: 0, path: join(dir, 'registry.db') })
  parts.defer(() => registry.close())
  const applicationFailure = Promise.withResolvers<never>()
  const opening: Opening = {
    cluster,
    schemas: schemaRegistry(registry.url),
    dir,
    log,
    parts,
    onFailure: applicationFailure.reject,
  }
  applicationFailure.promise.catch(() => {})
  const read = await openReadSide(opening)
  for (const applicationId of Object.keys(applications)) await openApplication(applicationId, opening)
  const write = await openWriteSide(opening)
  const failure = Promise.race([applicationFailure.promise, neverEnding(read.sink.done), neverEnding(write.source.done)])
  failure.catch(() => {})
  const running = parts.move()
  return {
    clusterName: cluster.description,
    dir,
    database: write.database,
    registryUrl: registry.url,
    writeUrl: write.url,
    readUrl: read.url,
    failure,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

async function openDirectory(dir: string | undefined, parts: AsyncDisposableStack): Promise<string> {
  if (dir !== undefined) {
    await mkdir(dir, { recursive: true })
    return dir
  }
  const temporary = await mkdtemp(join(tmpdir(), 'millrace-pipeline-'))
  parts.defer(() => rm(temporary, { recursive: true, force: true }))
  return temporary
}

async function openApplication(applicationId: string, { cluster, schemas, dir, log, parts, onFailure }: Opening): Promise<void> {
  const options = { cluster, schemaRegistry: schemas, stateDir: join(dir, 'state'), commitIntervalMs: 100, log, onFailure }
  const streams = await startApplication(applicationId, options)
  parts.defer(() => streams.close())
}

async function openReadSide({ cluster, schemas, dir, log, parts }: Opening) {
  const store = new SqliteDocumentStore(join(dir, 'documents.db'))
  parts.defer(() => store.close())
  if ((await store.begin(await endsOf(enriched.name, cluster))) === 'removed')
    log(`The documents were of another ${enriched.name}: they are removed, and come again from this one.`)
  const group = { clientId: 'sink', groupId: 'transfer-sink', maxWaitMs: 100 }
  const sink = new Sink(await openConsumer(cluster, { ...group, topics: [enriched], schemaRegistry: schemas }), store, toDocument)
  sink.start()
  parts.defer(() => sink.stop())
  return { sink, url: await listen(readServer(store), parts) }
}

async function endsOf(topic: string, cluster: Cluster): Promise<ReadonlyMap<number, number>> {
  const admin = await cluster.admin({ clientId: 'sink-admin' })
  try {
    const [metadata] = await admin.metadata([topic])
    const partitions = metadata!.partitions.map(({ partition }) => ({ topic, partition }))
    const ends = await admin.listOffsets(partitions, 'latest')
    return new Map(ends.map(({ partition, offset }) => [partition, offset]))
  } finally {
    await admin.close()
  }
}

async function openWriteSide({ cluster, dir, parts }: Opening) {
  const path = join(dir, 'bank.db')
  const database = openBankDatabase(path)
  parts.defer(() => database.close())
  const topics = await KafkaRawTopics.open(cluster, [rawUsers.name, rawTransfers.name])
  parts.defer(() => topics.close())
  const source = new Source(new ChangeLog(database), topics, { prefix: 'raw', database: 'bank', pollIntervalMs: 20 })
  await source.start()
  parts.defer(() => source.stop())
  return { database, source, url: await listen(writeServer(database), parts) }
}

async function listen(server: FastifyInstance, parts: AsyncDisposableStack): Promise<string> {
  parts.defer(() => server.close())
  return server.listen({ port: 0, host: '127.0.0.1' })
}

/** Of what should only end by an error, the error. */
async function neverEnding(done: Promise<void>): Promise<never> {
  await done
  return new Promise(() => {})
}
