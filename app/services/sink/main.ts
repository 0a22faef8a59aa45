import { openConsumer } from 'millrace'
import type { Cluster } from 'millrace'
import { schemaRegistry } from 'millrace/avro'
import Type from 'typebox'
import { enriched } from '../../../examples/transfer-pipeline/topics.ts'
import { SqliteDocumentStore } from '../../adapters/sqlite/sqlite-document-store.ts'
import { clusterOf } from '../../platform/cluster.ts'
import { kafkaConfig, serviceConfig } from '../../platform/config.ts'
import { openHttp } from '../../platform/http/open-http.ts'
import { runService } from '../../platform/run-service.ts'
import { ServiceParts } from '../../platform/service.ts'
import type { ServiceDefinition } from '../../platform/service.ts'
import { Sink } from '../../sink/sink.ts'
import { toDocument } from '../../sink/to-document.ts'

const config = Type.Object({
  ...serviceConfig(8093),
  ...kafkaConfig,
  documents: Type.String({ default: '.data/documents.db', description: 'SQLite file of the documents.' }),
})

export const sinkService: ServiceDefinition<typeof config> = {
  name: 'sink',
  summary: 'Keeps a document for each enriched transfer.',
  config,
  async start(given, context) {
    await using parts = new ServiceParts()
    const { log } = context
    const cluster = clusterOf(given, context)
    const store = new SqliteDocumentStore(given.documents)
    parts.defer(() => store.close())
    if ((await store.begin(await endsOf(enriched.name, cluster))) === 'removed')
      log.warn(`The documents were of another ${enriched.name}: they are removed, and come again from this one.`)
    const group = { clientId: 'sink', groupId: 'transfer-sink', maxWaitMs: 100 }
    const registry = schemaRegistry(given.registry)
    const sink = new Sink(
      await openConsumer(cluster, { ...group, topics: [enriched], schemaRegistry: registry }),
      store,
      toDocument,
    )
    sink.start()
    parts.dependsOn(sink.done)
    parts.defer(() => sink.stop())
    return await parts.listen(await openHttp({ name: 'sink', log }), given)
  },
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

if (import.meta.main) await runService(sinkService)
