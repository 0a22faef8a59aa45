import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { openAdmin } from 'millrace'
import { EmbeddedKafka } from 'millrace/embedded'
import { main } from './service.ts'

await using cluster = await EmbeddedKafka.open()
const admin = await openAdmin(cluster, { clientId: 'setup' })
await admin.createTopics(['words', 'counts'].map((name) => ({ name, partitions: 1 })))
await admin.close()
const probe = createServer().listen(0)
const { port } = probe.address() as AddressInfo
await new Promise((resolve) => probe.close(resolve))

// #region run
const ended = main(cluster, port)
const status = async () => (await fetch(`http://127.0.0.1:${port}/ready`)).status
while ((await status()) !== 200) await setTimeout(20)
console.log('It is ready. SIGTERM:')
process.emit('SIGTERM')
await ended
console.log('exit code:', process.exitCode ?? 0)
// #endregion run
