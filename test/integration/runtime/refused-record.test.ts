import t from 'tap'
import { kafka, KafkaStreams, Serdes, silentLogger, StreamsBuilder, topic, type UnsentRecord } from '../../../lib/index.ts'
import { consume, createTopics, produce, until } from '../../runtime/running.ts'
import { ownKafka } from '../../servers/kafka-for-tests.ts'

const input = topic('in', { key: Serdes.string, value: Serdes.string })
const output = topic('out', { key: Serdes.string, value: Serdes.string })

const server = await ownKafka(t)
if (server !== null) {
  const cluster = kafka({ bootstrapServers: server.bootstrapServers })

  t.test('a record that is too large for the broker takes no other with it', async (t) => {
    await createTopics(cluster, { in: 1, out: 1 })
    const refused: UnsentRecord[] = []
    const builder = new StreamsBuilder()
    // The broker takes a mebibyte.
    builder
      .stream(input)
      .mapValues((value) => (value.endsWith('7') ? value.repeat(700_000) : value))
      .to(output)
    await using streams = new KafkaStreams(builder.build(), {
      applicationId: 'refused',
      cluster,
      commitIntervalMs: 100,
      logger: silentLogger,
      productionHandler: (_error, record) => {
        refused.push(record)
        return 'continue'
      },
    })
    const rows = Array.from({ length: 40 }, (_, index) => ['k', String(index)] as const)
    await produce(
      cluster,
      input,
      rows.filter(([, value]) => value !== '7'),
    )
    await streams.start()
    await until('the last record', async () => (await consume(cluster, output)).some(([, value]) => value === '39'))
    t.same(
      (await consume(cluster, output)).map(([, value]) => value),
      rows.map(([, value]) => value).filter((value) => !value.endsWith('7')),
    )
    t.match(
      refused,
      [17, 27, 37].map(() => ({ failed: 'send', topic: 'out', partition: 0 })),
    )
  })
}
