import t from 'tap'
import type { Test } from 'tap'
import { EmbeddedKafka } from '../../../lib/embedded.ts'
import { isMissing } from '../../servers/is-missing.ts'
import { kafkaTools, kcat, kcatUnavailable } from '../../servers/kafka-tools.ts'
import { javaUnavailable } from '../../servers/maven.ts'

async function listening(t: Test) {
  const embedded = await EmbeddedKafka.open({ autoCreateTopics: { partitions: 2 } })
  t.teardown(() => embedded.close())
  return (await embedded.listen(0)).bootstrapServers
}

const lines = (text: string): readonly string[] => text.split('\n').filter((line) => line !== '')
const rows = 'a:1\nb:2\nc:3\n'

t.test("Java's programs create, list, fill and read topics of the embedded broker, alone and as a group", async (t) => {
  if (isMissing(t, javaUnavailable())) return
  const server = ['--bootstrap-server', await listening(t)]
  const java = await kafkaTools()
  await java('TopicCommand', [...server, '--create', '--topic', 'j', '--partitions', '3', '--config', 'retention.ms=-1'])
  t.match(await java('TopicCommand', [...server, '--list']), /^j$/m)
  const description = await java('TopicCommand', [...server, '--describe', '--topic', 'j'])
  t.match(description, /PartitionCount: 3/)
  t.match(description, /retention\.ms=-1/)

  const keyed = ['--reader-property', 'parse.key=true', '--reader-property', 'key.separator=:']
  await java('ConsoleProducer', [...server, '--topic', 'j', ...keyed], rows)
  await java('ConsoleProducer', [...server, '--topic', 'j', '--compression-codec', 'zstd'], 'd\ne\n')
  const all = [...server, '--topic', 'j', '--from-beginning', '--max-messages', '5', '--timeout-ms', '20000']
  const read = lines(await java('consumer.ConsoleConsumer', [...all, '--group', 'g']))
  t.same(read.toSorted(), ['1', '2', '3', 'd', 'e'])

  t.match(await java('consumer.group.ConsumerGroupCommand', [...server, '--list']), /^g$/m)
  const lag = await java('consumer.group.ConsumerGroupCommand', [...server, '--describe', '--group', 'g'])
  t.equal(lines(lag).filter((line) => /^g +j +[012] +(\d+) +\1 +0 /.test(line)).length, 3, lag)
  const ends = lines(await java('GetOffsetShell', [...server, '--topic', 'j'])).map((line) => Number(line.split(':')[2]))
  t.equal(
    ends.reduce((sum, end) => sum + end),
    5,
  )
  await java('TopicCommand', [...server, '--delete', '--topic', 'j'])
  t.notMatch(await java('TopicCommand', [...server, '--list']), /^j$/m)
})

t.test('kcat fills, reads and lists topics of the embedded broker, alone and as a group, with each compression', async (t) => {
  if (isMissing(t, kcatUnavailable())) return
  const broker = ['-b', await listening(t)]
  await kcat([...broker, '-P', '-t', 'k', '-K:'], rows)
  t.same(lines(await kcat([...broker, '-C', '-t', 'k', '-e', '-q', '-K:'])).toSorted(), ['a:1', 'b:2', 'c:3'])
  const group = ['-G', 'kg', '-c', '3', '-q', '-X', 'auto.offset.reset=earliest', 'k']
  t.same(lines(await kcat([...broker, ...group])).toSorted(), ['1', '2', '3'])
  t.match(await kcat([...broker, '-L']), /topic "k" with 2 partitions/)
  for (const codec of ['gzip', 'snappy', 'lz4', 'zstd']) {
    await kcat([...broker, '-P', '-t', codec, '-z', codec, '-X', 'enable.idempotence=true'], `${codec}\n`)
    t.same(lines(await kcat([...broker, '-C', '-t', codec, '-e', '-q'])), [codec])
  }
})
