import { setTimeout as delay } from 'node:timers/promises'
import { test } from 'tap'
import { EmbeddedKafka } from 'millrace/embedded'
import { healthAt } from '../../../app/platform/http/health-at.ts'
import { silentLog } from '../../../app/platform/log.ts'
import { openRegistry } from '../../../app/registry/registry-server.ts'
import { readState } from '../../../app/services/read-state/main.ts'
import { manifest } from '../../../examples/transfer-pipeline/topics.ts'
import { directory } from '../../storage/media.ts'

async function until(url: string, state: 'up' | 'unready'): Promise<string | null> {
  for (;;) {
    const health = await healthAt(url, 2000)
    if (health.state === state) return health.reason
    await delay(50)
  }
}

test('a service whose stream application hears nothing of its brokers is not ready, and says so; it comes back with them', async (t) => {
  t.setTimeout(120_000)
  await using cluster = await EmbeddedKafka.open()
  const admin = await cluster.admin({ clientId: 'test' })
  await admin.createTopics(manifest)
  await admin.close()
  const registry = await openRegistry({ port: 0, path: ':memory:' })
  t.teardown(() => registry.close())
  const listener = await cluster.listen(0)
  const [kafka, port] = [listener.bootstrapServers, Number(listener.bootstrapServers.split(':')[1])]
  const common = {
    host: '127.0.0.1',
    port: 0,
    portTaken: 'fail',
    logLevel: 'silent',
    clusterIdentity: 'test',
    instances: '',
  } as const
  const service = await readState.start(
    { ...common, kafka, registry: registry.url, stateDir: directory(t), commitIntervalMs: 10 },
    { log: silentLog },
  )
  t.teardown(() => service.close())
  await service.ready
  await until(service.url, 'up')
  await listener.close()
  t.match(await until(service.url, 'unready'), /broker/i)
  await cluster.listen(port)
  t.equal(await until(service.url, 'up'), null)
})
