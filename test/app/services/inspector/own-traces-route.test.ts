import t from 'tap'
import { EmbeddedKafka } from 'millrace/embedded'
import { manifest } from '../../../../examples/transfer-pipeline/topics.ts'
import { silentLog } from '../../../../app/platform/log.ts'
import { inspectorService } from '../../../../app/services/inspector/main.ts'

t.test('what pages have made is followed by one request for many', async (t) => {
  await using cluster = await EmbeddedKafka.open()
  const admin = await cluster.admin({ clientId: 'test' })
  await admin.createTopics(manifest)
  const config = { host: '127.0.0.1', port: 0, portTaken: 'fail', logLevel: 'silent', kafka: '' } as const
  const service = await inspectorService.start(
    { ...config, registry: 'http://127.0.0.1:1', clusterIdentity: 'test' },
    { log: silentLog, cluster },
  )
  t.teardown(() => service.close())
  const put = (ids: readonly unknown[]): Promise<Response> =>
    fetch(`${service.url}/traces`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ids }),
    })
  const followed = await put([1, 2, 3])
  t.same([followed.status, await followed.json()], [200, { followed: 3 }])
  for (const wrong of [[], ['1'], [0], Array.from({ length: 201 }, (_, index) => index + 1)])
    t.equal((await put(wrong)).status, 422)
  await service.close()
})
