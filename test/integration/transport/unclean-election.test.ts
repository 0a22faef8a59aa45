import t from 'tap'
import { setTimeout as sleep } from 'node:timers/promises'
import { kafka, KafkaStreams, openAdmin, openConsumer, openProducer, Serdes, StreamsBuilder, topic } from '../../../lib/index.ts'
import { createTopics } from '../../../lib/transport/kafka/wire/apis/create-topics.ts'
import { ownKafka } from '../../servers/kafka-for-tests.ts'
import { connect } from './asker.ts'

// KIP-320 on a real cluster: the replica that lacks records becomes the leader. What readers then do is what test/runtime/truncated-log
// and test/transport/kafka/truncated-logs say on the embedded broker.

const log = topic('log', { key: Serdes.string, value: Serdes.string })
const place = { topic: log.name, partition: 0 }
const [ahead, behind] = [1, 2]
const withinMs = 60_000
const settings = {
  'min.insync.replicas': 1,
  'unclean.leader.election.enable': true,
  'replica.lag.time.max.ms': 2000,
  // Brokers that wait for a core for half a second are not dead.
  'broker.session.timeout.ms': 6000,
  'broker.heartbeat.interval.ms': 2000,
}

async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + withinMs; !(await condition()); await sleep(50))
    if (Date.now() > end) throw new Error(`Awaited: ${what}.`)
}

t.test('an unclean election: readers that are ahead of the new leader go on where the log was cut', async (t) => {
  const server = await ownKafka(t, { brokers: 3, settings })
  if (server === null) return
  const asker = await connect(t, server.bootstrapServers)
  const assignments = [{ partitionIndex: 0, brokerIds: [ahead, behind] }]
  const { topics } = await asker.ask(createTopics, 7, {
    topics: [{ name: log.name, numPartitions: -1, replicationFactor: -1, assignments, configs: [] }],
    timeoutMs: 30_000,
    validateOnly: false,
  })
  t.match(topics, [{ errorCode: 0 }])
  const cluster = kafka({ bootstrapServers: server.bootstrapServers })
  const admin = await openAdmin(cluster, { clientId: 'test' })
  t.teardown(() => admin.close())
  const leader = async () => (await admin.metadata([log.name]))[0]?.partitions[0]?.leader
  await until('a leader', async () => (await leader()) === ahead)
  /** A producer of its own each time: the sequence of one may be lost with the log. */
  const put = async (...values: readonly string[]): Promise<void> => {
    const producer = await openProducer(cluster, { clientId: 'test' })
    for (const value of values) await producer.send(log, [{ key: 'k', value }])
    await producer.close()
  }

  const seen: string[] = []
  const said: string[] = []
  const builder = new StreamsBuilder()
  builder.stream(log).foreach((value) => void seen.push(value))
  const logger = { info: () => undefined, warn: (message: string) => void said.push(message), error: () => undefined }
  await using streams = new KafkaStreams(builder.build(), { applicationId: 'app', cluster, logger, commitIntervalMs: 100 })
  await streams.start()
  const consumed: (string | null)[] = []
  const consumer = await openConsumer(cluster, { clientId: 'test', topics: [log] })
  const loop = (async () => {
    for await (const { records } of consumer) consumed.push(...records.map(({ value }) => value))
  })()

  await put('a', 'b', 'c')
  await server.killBroker(behind)
  await put('d', 'e', 'f')
  const committed = async (group: string) => (await admin.committedOffsets(group, [place], 'any'))[0]
  await until('all is read', async () => seen.length === 6 && consumed.length === 6 && (await committed('app'))?.offset === 6)
  const before = (await committed('app'))!.leaderEpoch
  await server.killBroker(ahead)
  await server.startBroker(behind)
  await until('an unclean election', async () => (await leader()) === behind)
  await put('x', 'y', 'z', 'later')
  await until('what the new leader has is read', () => seen.includes('later') && consumed.includes('later'))
  await until('it is committed', async () => (await committed('app'))?.offset === 7)

  t.same(seen, ['a', 'b', 'c', 'd', 'e', 'f', 'x', 'y', 'z', 'later'])
  t.same(consumed, seen)
  t.ok((await committed('app'))!.leaderEpoch > before)
  const cut = /^Reading of log-0 goes on at offset 3. The log of log-0 was truncated to offset 3, before the position 6/
  t.equal(said.filter((message) => cut.test(message)).length, 1, said.join('\n'))
  await consumer.close()
  await loop
})
