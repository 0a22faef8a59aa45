import { test } from 'tap'
import { openProducer } from 'millrace'
import { EmbeddedKafka } from 'millrace/embedded'
import { header } from '../../../examples/transfer-pipeline/errors/letter-headers.ts'
import { bytesOf, deadLetterTopicOf, manifest, rawTransfers, repeatable } from '../../../examples/transfer-pipeline/topics.ts'
import { runDlq } from '../../../app/cli/dlq.ts'
import { consume } from '../../runtime/running.ts'

const letter = `${deadLetterTopicOf(rawTransfers.name)}/0/0`
const said = {
  exception: 'STREAMS_CONNECT_SCHEMA',
  message: 'no envelope',
  topic: rawTransfers.name,
  partition: '2',
  offset: '9',
}

test('letters of a cluster are listed, shown, sent again to the partition of their record, and discarded', async (t) => {
  await using cluster = await EmbeddedKafka.open()
  const admin = await cluster.admin({ clientId: 'test' })
  await admin.createTopics(manifest)
  await admin.close()
  const producer = await openProducer(cluster, { clientId: 'test' })
  const headers = Object.entries(said).map(([name, text]) => header(`__streams.errors.${name}`, text))
  const record = { key: Buffer.from('{"id":7}'), value: Buffer.from('hello'), partition: 0, headers }
  await producer.send(bytesOf(deadLetterTopicOf(rawTransfers.name)), [record])
  await producer.close()
  const { bootstrapServers } = await cluster.listen(0)
  const dlq = async (...args: readonly string[]): Promise<string> => {
    const printed: string[] = []
    const terminal = { out: (text: string) => void printed.push(text), write: async () => {} }
    t.equal(await runDlq([...args, '--kafka', bootstrapServers], terminal), 0, args.join(' '))
    return printed.join('\n')
  }
  t.match(await dlq('list'), `${letter}  key 7  invalid-schema: no envelope\n1 of 1; 1 open, 1 in all.`)
  t.match(await dlq('show', letter), /000000 {2}68 65 6c 6c 6f /)
  const { replay } = repeatable(rawTransfers.name)
  t.match(await dlq('replay', letter), `Sent to ${replay} p2 @ 0.`)
  t.same(
    (await consume(cluster, bytesOf(replay))).map(([key, value]) => [String(key), String(value)]),
    [['{"id":7}', 'hello']],
  )
  t.match(await dlq('list', '--state', 'replayed'), letter)
  t.match(await dlq('discard', letter), 'It stays in its topic.')
  t.match(await dlq('list'), '0 of 0; 0 open, 1 in all.')
})
