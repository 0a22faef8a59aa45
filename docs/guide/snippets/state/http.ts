import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { KafkaStreams, StreamsError, openAdmin, openProducer } from 'millrace'
import { EmbeddedKafka } from 'millrace/embedded'
import { clicks, countsTopology } from './counts-topology.ts'

await using cluster = await EmbeddedKafka.open()
const admin = await openAdmin(cluster, { clientId: 'setup' })
await admin.createTopics([{ name: 'clicks', partitions: 3 }])
await admin.close()
await using streams = new KafkaStreams(countsTopology(), { applicationId: 'clicks', cluster })

// #region serve
const counts = streams.store<string, number>('counts')

async function answer(key: string): Promise<[status: number, body: object]> {
  try {
    const count = await counts.get(key)
    return count === null ? [404, { error: `${key} has no clicks here` }] : [200, { key, count }]
  } catch (error) {
    // It starts, restores its stores, or waits for its tasks: ask again.
    if (error instanceof StreamsError && error.code === 'STREAMS_STORE_NOT_AVAILABLE') return [503, { error: error.message }]
    return [500, { error: 'the log has it' }]
  }
}

const server = createServer((request, response) => {
  const key = decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname.slice('/counts/'.length))
  void answer(key).then(([status, body]) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
})
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/counts`
// #endregion serve

// #region ask
console.log(await fetch(`${address}/ann`).then((response) => response.text()))
await streams.start()
const producer = await openProducer(cluster, { clientId: 'writer' })
await producer.send(clicks, [{ key: 'ann', value: 'click' }])
await producer.close()

let response = await fetch(`${address}/ann`)
while (response.status !== 200) response = await fetch(`${address}/ann`)
console.log(await response.text())
console.log((await fetch(`${address}/dan`)).status)
server.close()
// #endregion ask
