import { KafkaStreams, openAdmin } from 'millrace'
import { EmbeddedKafka } from 'millrace/embedded'
import { clicks, countsTopology } from './counts-topology.ts'

await using cluster = await EmbeddedKafka.open()
const admin = await openAdmin(cluster, { clientId: 'setup' })
await admin.createTopics([{ name: clicks.name, partitions: 1 }])
await admin.close()

const show = (error: Error & { code?: string }) => console.log(`${error.code}: ${error.message}`)
await using streams = new KafkaStreams(countsTopology(), { applicationId: 'clicks', cluster })

// #region asks
await streams.store('counts').get('ann').catch(show)
try {
  streams.store('count')
} catch (error) {
  show(error as Error)
}
try {
  streams.store('per-minute')
} catch (error) {
  show(error as Error)
}
// #endregion asks
