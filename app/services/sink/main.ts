import { readFile } from 'node:fs/promises'
import { openConsumer } from 'millrace'
import { schemaRegistry } from 'millrace/avro'
import Type from 'typebox'
import { enriched } from '../../../examples/transfer-pipeline/topics.ts'
import { reconcile } from '../../adapters/kafka/sink-positions.ts'
import { SqliteDocumentStore } from '../../adapters/sqlite/sqlite-document-store.ts'
import { clusterOf } from '../../platform/cluster.ts'
import { kafkaConfig, serviceConfig } from '../../platform/config.ts'
import { openHttp } from '../../platform/http/open-http.ts'
import { runService } from '../../platform/run-service.ts'
import { ServiceParts } from '../../platform/service.ts'
import type { ServiceDefinition } from '../../platform/service.ts'
import { Sink } from '../../sink/sink.ts'
import { readSinkConfig, sinkGroup, transferSink } from '../../sink/sink-config.ts'
import type { SinkConfig, SinkOptions } from '../../sink/sink-config.ts'
import { toDocument } from '../../sink/to-document.ts'

const config = Type.Object({
  ...serviceConfig(8093),
  ...kafkaConfig,
  documents: Type.String({ default: '.data/documents.db', description: 'SQLite file of the documents.' }),
  connector: Type.Optional(
    Type.String({ description: "JSON file with the options of the sink, by the Mongo connector's names. Default: built in." }),
  ),
})

export const sinkService: ServiceDefinition<typeof config> = {
  name: 'sink',
  summary: 'Keeps a document for each enriched transfer.',
  config,
  async start(given, context) {
    await using parts = new ServiceParts()
    const { maxBatchSize } = await readOptions(given.connector)
    const cluster = clusterOf(given, context)
    const store = new SqliteDocumentStore(given.documents)
    parts.defer(() => store.close())
    const outcome = await reconcile(store, { cluster, topic: enriched.name, groupId: sinkGroup })
    if (outcome !== 'as they were') context.log.warn(explanations[outcome])
    const group = { clientId: 'sink', groupId: sinkGroup, maxWaitMs: 100, sessionTimeoutMs: 10_000 }
    const registry = schemaRegistry(given.registry)
    const consumer = await openConsumer(cluster, { ...group, topics: [enriched], schemaRegistry: registry })
    const sink = new Sink(consumer, store, toDocument, maxBatchSize)
    sink.start()
    parts.dependsOn(sink.done)
    parts.defer(() => sink.stop())
    return await parts.listen(await openHttp({ name: 'sink', log: context.log }), given)
  },
}

const explanations = {
  'documents removed': `The documents were of another ${enriched.name}: they are removed, and come again from this one.`,
  'group reset': `The documents are behind what the group has committed: they come again from ${enriched.name}.`,
}

async function readOptions(path: string | undefined): Promise<SinkConfig> {
  const options = path === undefined ? transferSink : (JSON.parse(await readFile(path, 'utf8')) as SinkOptions)
  const read = readSinkConfig(options)
  if (read.topics.join() === enriched.name) return read
  throw new Error(`The sink reads ${enriched.name}, and not ${read.topics.join()}.`)
}

if (import.meta.main) await runService(sinkService)
