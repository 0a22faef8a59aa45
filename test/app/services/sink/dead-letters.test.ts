import { test } from 'tap'
import { Serdes, openConsumer, openProducer, topic } from 'millrace'
import { enriched, sinkDeadLetters } from '../../../../examples/transfer-pipeline/topics.ts'
import { awaitEqual } from '../../../../app/pipeline/expected.ts'
import { openPipeline } from '../../../../app/pipeline/pipeline.ts'
import { silentLog } from '../../../../app/platform/log.ts'
import { inspectorService } from '../../../../app/services/inspector/main.ts'
import { directory } from '../../../storage/media.ts'

async function post(url: string, body: object): Promise<number> {
  const answer = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
  return ((await answer.json()) as { readonly id: number }).id
}

const textsOf = (name: string) => topic(name, { key: Serdes.string, value: Serdes.string })

test('S2, X1: a record of the enriched topic that is none is a dead letter of the sink, and the pipeline goes on', async (t) => {
  t.setTimeout(120_000)
  await using pipeline = await openPipeline({ kafka: undefined, dir: directory(t) }, silentLog)
  await pipeline.start(inspectorService, { registry: pipeline.registryUrl, clusterIdentity: 'test' })
  await pipeline.ready
  const producer = await openProducer(pipeline.cluster, { clientId: 'test' })
  await producer.send(textsOf(enriched.name), [{ key: '7', value: 'hello' }])
  await producer.close()
  const consumer = await openConsumer(pipeline.cluster, { clientId: 'test', topics: [textsOf(sinkDeadLetters)] })
  for await (const { records } of consumer) {
    const [{ key, value, headers }] = records as [(typeof records)[0]]
    const said = new Map(headers.map((header) => [header.key, Buffer.from(header.value ?? []).toString()]))
    t.same([key, value, said.get('__connect.errors.stage')], ['7', 'hello', 'VALUE_CONVERTER'])
    t.equal([...said.keys()].filter((name) => name.startsWith('__connect.errors.')).length, 10)
    break
  }
  await consumer.close()
  const users = [
    await post(`${pipeline.usersUrl}/users`, { name: 'Amara' }),
    await post(`${pipeline.usersUrl}/users`, { name: 'Bruno' }),
  ]
  await post(`${pipeline.transfersUrl}/transfers`, { fromUserId: users[0], toUserId: users[1], amount: '10.00' })
  t.same(await Promise.race([awaitEqual(pipeline.readUrl, pipeline, 30_000), pipeline.failure]), [])
})
