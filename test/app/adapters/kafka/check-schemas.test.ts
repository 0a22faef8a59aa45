import { test } from 'tap'
import type { Test } from 'tap'
import { Serdes, openProducer, topic } from 'millrace'
import type { Cluster } from 'millrace'
import { EmbeddedKafka } from 'millrace/embedded'
import { checkSchemas } from '../../../../app/adapters/kafka/check-schemas.ts'

const topics = { schemas: '_schemas', written: ['users', 'transfers'] }

async function open(t: Test, ...filled: readonly string[]): Promise<Cluster> {
  const cluster = await EmbeddedKafka.open()
  const admin = await cluster.admin({ clientId: 'test' })
  await admin.createTopics([topics.schemas, ...topics.written].map((name) => ({ name, partitions: 2 })))
  const producer = await openProducer(cluster, { clientId: 'test' })
  for (const name of filled)
    await producer.send(topic(name, { key: Serdes.string, value: Serdes.string }), [{ key: 'a', value: 'x' }])
  t.teardown(async () => {
    await producer.close()
    await admin.close()
    await cluster.close()
  })
  return cluster
}

test('records without any schema are refused: what it is, why, and what to do', async (t) => {
  await t.rejects(checkSchemas(await open(t, 'transfers'), topics, '/data'), {
    message: /^transfers in \/data has records, but _schemas has no schema .*older version.*Start with another --dir/,
  })
  await t.rejects(checkSchemas(await open(t, 'users', 'transfers'), topics, '/data'), {
    message: /^users, transfers in .* have /,
  })
})

test('a new cluster, and one that has schemas, are taken', async (t) => {
  await t.resolves(checkSchemas(await open(t), topics, '/data'))
  await t.resolves(checkSchemas(await open(t, '_schemas'), topics, '/data'))
  await t.resolves(checkSchemas(await open(t, '_schemas', 'users'), topics, '/data'))
})
