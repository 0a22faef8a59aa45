import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { KafkaStreams, openAdmin, openProducer } from 'millrace'
import { EmbeddedKafka } from 'millrace/embedded'
import { clicks, countsTopology } from './counts-topology.ts'

await using cluster = await EmbeddedKafka.open()
const admin = await openAdmin(cluster, { clientId: 'setup' })
await admin.createTopics([{ name: 'clicks', partitions: 1 }])
await admin.close()
const producer = await openProducer(cluster, { clientId: 'writer' })
await producer.send(
  clicks,
  ['ann', 'bob', 'ann'].map((key) => ({ key, value: 'click', timestamp: 0 })),
)
await producer.close()

// #region run
const stateDir = await mkdtemp(join(tmpdir(), 'clicks-'))

async function run(title: string): Promise<void> {
  const restored: Record<string, number> = {}
  await using streams = new KafkaStreams(countsTopology(), {
    applicationId: 'clicks',
    cluster,
    stateDir,
    stateRestoreListener: { onRestoreEnd: (_, store, total) => void (restored[store] = total) },
  })
  await streams.start()
  const counts = streams.store<string, number>('counts')
  while (streams.localTasks()[0]?.state !== 'running' || (await counts.get('ann')) !== 2) await setTimeout(10)
  console.log(title, 'restored', restored)
}

await run('the first start:')
await run('started again:')
await rm(stateDir, { recursive: true })
await run('its directory was deleted:')
await rm(stateDir, { recursive: true })
// #endregion run
