import t from 'tap'
import { Serdes, nullable, openProducer, topic } from 'millrace'
import { schemasFor } from '../../../../examples/transfer-pipeline/schemas/avro-mode.ts'
import { EmbeddedKafka } from 'millrace/embedded'
import { StreamsUserDirectory } from '../../../../app/adapters/kafka/streams-user-directory.ts'
import { createTopics } from '../../../../app/pipeline/open-cluster.ts'
import { silentLog } from '../../../../app/platform/log.ts'
import { openRegistry } from '../../../../app/registry/registry-server.ts'
import { ErrorCounts } from '../../../../examples/transfer-pipeline/errors/error-counts.ts'
import { bytesOf, users } from '../../../../examples/transfer-pipeline/topics.ts'

const rows = topic(users.name, { key: Serdes.string, value: nullable(users.value) })
const user = (id: number) => ({ key: String(id), value: { id, name: `User ${id}`, createdAt: 0, lastUpdatedAt: 0 } })

t.test('W2: a user who comes is waited for, one who does not come is not there, one who was deleted is gone', async (t) => {
  await using cluster = await EmbeddedKafka.open()
  await createTopics(cluster)
  const registry = await openRegistry({ port: 0, path: ':memory:' })
  t.teardown(() => registry.close())
  const schemas = schemasFor('registry', registry.url)
  const producer = await openProducer(cluster, { clientId: 'test', schemaRegistry: schemas })
  t.teardown(() => producer.close())
  await producer.send(bytesOf(users.name), [{ key: Buffer.from('1'), value: Buffer.from('hello') }])
  await producer.send(rows, [user(1)])
  const waitMs = 400
  const options = {
    cluster,
    schemaRegistry: schemas,
    log: silentLog,
    counts: new ErrorCounts(),
    applicationId: 'directory',
    waitMs,
  }
  const directory = new StreamsUserDirectory({ ...options, onFailure: (error) => t.fail(error.message) })
  t.teardown(() => directory.close())
  await t.rejects(directory.has(1), { name: 'Problem', message: /being read/ })
  await directory.ready
  t.equal(await directory.has(1), true)
  const startMs = performance.now()
  t.equal(await directory.has(9), false)
  t.ok(performance.now() - startMs >= waitMs - 1)
  for (let id = 100; id < 120; id++) {
    const waiting = directory.has(id)
    await producer.send(rows, [user(id)])
    t.equal(await waiting, true)
  }
  await producer.send(rows, [{ key: '1', value: null }])
  while (await directory.has(1)) await new Promise((resolve) => setTimeout(resolve, 10))
})
