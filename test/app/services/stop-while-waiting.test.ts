import { join } from 'node:path'
import { test } from 'tap'
import { openProducer } from 'millrace'
import { EmbeddedKafka } from 'millrace/embedded'
import { bytesOf, enriched, transferCommands } from '../../../examples/transfer-pipeline/topics.ts'
import { createTopics } from '../../../app/pipeline/open-cluster.ts'
import { directory } from '../../storage/media.ts'
import { eventually, startService } from './service-processes.ts'

/** Avro of a schema that only the registry knows. */
const value = Uint8Array.from([0, 0, 0, 0, 1, 2])

/** An address at which nobody listens. */
const registry = 'http://127.0.0.1:1'

test('X3, X5: a service that waits for the registry ends with 0 at SIGTERM', async (t) => {
  t.setTimeout(120_000)
  await using cluster = await EmbeddedKafka.open()
  await createTopics(cluster)
  const { bootstrapServers: kafka } = await cluster.listen(0)
  const producer = await openProducer(cluster, { clientId: 'test' })
  t.teardown(() => producer.close())
  for (const { name } of [enriched, transferCommands]) await producer.send(bytesOf(name), [{ key: Buffer.from('1'), value }])
  const dir = directory(t)
  const services: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
    ['sink', { documents: join(dir, 'documents.db') }],
    ['transfers-write', { database: join(dir, 'transfers.db') }],
    ['read-state', { 'state-dir': join(dir, 'state') }],
    ['streams', { application: 'transfer-balances', 'state-dir': join(dir, 'state') }],
  ]
  for (const [name, flags] of services) {
    const service = await startService(t, name, { kafka, registry, ...flags })
    if (name !== 'streams') {
      await eventually(`${service.url}/errors`, (_, { counts }) =>
        counts.some((count: { readonly name: string }) => count.name === 'waits_total'),
      )
      await eventually(`${service.url}/health/ready`, (_, { detail }) => /It waits for the registry: /.test(detail ?? ''))
    }
    t.equal(await service.stop(), 0, name)
  }
})
