import { join } from 'node:path'
import { kafka } from 'millrace'
import type { Cluster } from 'millrace'
import { EmbeddedKafka } from 'millrace/embedded'
import { manifest } from '../../examples/transfer-pipeline/topics.ts'
import { withAdmin } from '../adapters/kafka/with-admin.ts'

/** Kafka by its address, or the embedded one with its log in `dir`. */
export async function openCluster(
  bootstrapServers: string | undefined,
  dir: string,
  opening: AsyncDisposableStack,
): Promise<Cluster> {
  if (bootstrapServers !== undefined) return kafka({ bootstrapServers })
  return opening.use(await EmbeddedKafka.open({ dir: join(dir, 'kafka') }))
}

/** Creates the topics of the manifest that are not there. Others are left as they are. */
export function createTopics(cluster: Cluster): Promise<void> {
  return withAdmin(cluster, 'topics', async (admin) => {
    const existing = new Set((await admin.metadata()).map(({ name }) => name))
    const missing = manifest.filter(({ name }) => !existing.has(name))
    if (missing.length > 0) await admin.createTopics(missing)
  })
}
