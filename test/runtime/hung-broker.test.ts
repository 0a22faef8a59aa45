import t, { type Test } from 'tap'
import { EmbeddedKafka } from '../../lib/embedded.ts'
import { KafkaStreams, Serdes, StreamsBuilder, topic } from '../../lib/index.ts'
import { silentLogger } from '../../lib/runtime/logger.ts'
import type { Cluster } from '../../lib/transport/cluster.ts'
import type { GroupCoordinator } from '../../lib/transport/group-coordinator.ts'
import type { Producer } from '../../lib/transport/producer.ts'
import { consume, createTopics, produce, until } from './running.ts'

const input = topic('in', { key: Serdes.string, value: Serdes.string })
const output = topic('out', { key: Serdes.string, value: Serdes.string })
/** Each partition with a key of its own. */
const [hungPartition, hungKey] = [0, '0']
const [wellPartition, wellKey] = [1, '1']

/** Copies `in` to `out`: two tasks, each of which writes to a partition of its own. */
function copying() {
  const builder = new StreamsBuilder()
  builder.stream(input).to(output)
  return builder.build()
}

interface Hanging {
  readonly send?: (partition: number) => Promise<unknown>
  readonly commit?: () => Promise<unknown>
}

/** A cluster some of whose answers come when the test lets them. */
function hanging(inner: Cluster, { send, commit }: Hanging): Cluster {
  return {
    description: inner.description,
    clock: inner.clock,
    chance: inner.chance,
    admin: (options) => inner.admin(options),
    fetcher: (options) => inner.fetcher(options),
    async producer(options): Promise<Producer> {
      const producer = await inner.producer(options)
      const sent: Producer['send'] = async (at, batch) => {
        await send?.(at.partition)
        return producer.send(at, batch)
      }
      return { newBatch: () => producer.newBatch(), send: sent, close: () => producer.close() }
    },
    transactionalProducer: (options) => inner.transactionalProducer(options),
    async groupCoordinator(options): Promise<GroupCoordinator> {
      const coordinator = await inner.groupCoordinator(options)
      return {
        join: (request, onMemberId) => coordinator.join(request, onMemberId),
        sync: (identity, assignments) => coordinator.sync(identity, assignments),
        heartbeat: (identity) => coordinator.heartbeat(identity),
        leave: (identity) => coordinator.leave(identity),
        close: () => coordinator.close(),
        async commitOffsets(identity, offsets) {
          await commit?.()
          await coordinator.commitOffsets(identity, offsets)
        },
      }
    },
  }
}

async function run(t: Test, how: Hanging) {
  const cluster = await EmbeddedKafka.open()
  await createTopics(cluster, { in: 2, out: 2 })
  const timing = { commitIntervalMs: 20, heartbeatIntervalMs: 20, retryBackoffMs: 10, pollMs: 10 }
  const said: string[] = []
  const streams = new KafkaStreams(copying(), {
    applicationId: 'app',
    cluster: hanging(cluster, how),
    logger: { ...silentLogger, warn: (line) => void said.push(line) },
    ...timing,
  })
  t.teardown(async () => {
    await streams.close()
    await cluster.close()
  })
  await streams.start()
  const admin = await cluster.admin({ clientId: 'test' })
  const isCommitted = async (partition: number, offset: number): Promise<boolean> => {
    const [committed] = await admin.committedOffsets('app', [{ topic: 'in', partition }], 'any')
    return committed?.offset === offset
  }
  const copied = async (key: string): Promise<number> => (await consume(cluster, output)).filter((row) => row[0] === key).length
  return { cluster, streams, said, isCommitted, copied }
}

t.test('a partition that does not answer stops the task that writes to it; the other goes on, and commits', async (t) => {
  const gate = Promise.withResolvers<void>()
  const { cluster, said, isCommitted, copied } = await run(t, {
    send: async (partition) => partition === hungPartition && gate.promise,
  })
  await produce(cluster, input, [[hungKey, 'x']])
  await until('it is known that the partition does not answer', () => said.some((line) => line.includes('has not acknowledged')))
  for (let round = 1; round <= 5; round++) {
    await produce(cluster, input, [[hungKey, 'x'], [wellKey, 'x']]) // prettier-ignore
    await until(`record ${round} of the other task`, async () => (await copied(wellKey)) === round)
  }
  await until('the commit of the other task', () => isCommitted(wellPartition, 5))
  t.notOk(await isCommitted(hungPartition, 1))
  gate.resolve()
  await until('all records', async () => (await copied(hungKey)) === 6)
  await until('the commit', () => isCommitted(hungPartition, 6))
})

t.test('a coordinator that does not answer a commit stops no task', async (t) => {
  const gate = Promise.withResolvers<void>()
  let asked = 0
  const { cluster, copied, isCommitted } = await run(t, {
    commit() {
      asked++
      return gate.promise
    },
  })
  await produce(cluster, input, [[hungKey, 'x']])
  await until('a commit', () => asked > 0)
  for (let round = 1; round <= 3; round++) {
    await produce(cluster, input, [[wellKey, 'x']])
    await until(`record ${round}`, async () => (await copied(wellKey)) === round)
  }
  gate.resolve()
  await until('the commit', () => isCommitted(wellPartition, 3))
})
