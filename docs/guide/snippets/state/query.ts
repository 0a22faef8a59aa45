import { setTimeout } from 'node:timers/promises'
import { KafkaStreams, openAdmin, openProducer } from 'millrace'
import { EmbeddedKafka } from 'millrace/embedded'
import { clicks, countsTopology } from './counts-topology.ts'

await using cluster = await EmbeddedKafka.open()
const admin = await openAdmin(cluster, { clientId: 'setup' })
await admin.createTopics([{ name: 'clicks', partitions: 3 }])
await admin.close()
const producer = await openProducer(cluster, { clientId: 'writer' })
const names = ['ann', 'bob', 'ann', 'cleo', 'ann']
await producer.send(
  clicks,
  names.map((key, index) => ({ key, value: 'click', timestamp: index * 30_000 })),
)
await producer.close()

await using streams = new KafkaStreams(countsTopology(), { applicationId: 'clicks', cluster })
await streams.start()

// #region ask
const counts = streams.store<string, number>('counts')
const perMinute = streams.store<string, number>('per-minute', 'window')

/** Stores are there when the tasks run, and have a record when it has been processed. */
async function isCounted(): Promise<boolean> {
  if (streams.localTasks().length < 3 || streams.localTasks().some(({ state }) => state !== 'running')) return false
  return (await counts.get('ann')) === 3 && (await counts.get('bob')) === 1 && (await counts.get('cleo')) === 1
}
while (!(await isCounted())) await setTimeout(10)

console.log(await counts.get('ann'), await counts.get('dan'))
for await (const { key, value } of counts.range('c', 'd')) console.log(key, value)
for await (const { startMs, value } of perMinute.fetch('ann', 0, 300_000)) console.log(`from ${startMs}: ${value}`)
// #endregion ask
