import { join } from 'node:path'
import { kafka } from 'millrace'
import type { Cluster } from 'millrace'
import { EmbeddedKafka } from 'millrace/embedded'
import { manifest } from '../../examples/transfer-pipeline/topics.ts'
import { withAdmin } from '../adapters/kafka/with-admin.ts'

/** A cluster, and the address at which other threads and processes find it. */
export interface OpenCluster {
  readonly cluster: Cluster
  readonly bootstrapServers: string
}

/** Kafka by its address, or the embedded one with its log in `dir`, which listens at a free port. */
export async function openCluster(
  bootstrapServers: string | undefined,
  dir: string,
  opening: AsyncDisposableStack,
): Promise<OpenCluster> {
  if (bootstrapServers !== undefined) return { cluster: kafka({ bootstrapServers }), bootstrapServers }
  const cluster = opening.use(await EmbeddedKafka.open({ dir: join(dir, 'kafka') }))
  const listener = await cluster.listen(0)
  return { cluster, bootstrapServers: listener.bootstrapServers }
}

/** Creates the topics of the manifest that are not there. Others are left as they are. */
export function createTopics(cluster: Cluster): Promise<void> {
  return withAdmin(cluster, 'topics', async (admin) => {
    const existing = new Set((await admin.metadata()).map(({ name }) => name))
    const missing = manifest.filter(({ name }) => !existing.has(name))
    if (missing.length > 0) await admin.createTopics(missing)
  })
}
