import { randomUUID } from 'node:crypto'
import type { Test } from 'tap'
import { StreamsBuilder } from '../../lib/dsl/streams-builder.ts'
import { KafkaStreams } from '../../lib/kafka-streams.ts'
import { topic, type Topic } from '../../lib/model/topic.ts'
import { silentLogger } from '../../lib/runtime/logger.ts'
import type { StreamsOptions } from '../../lib/runtime/streams-config.ts'
import { Serdes } from '../../lib/serde/serdes.ts'
import type { Cluster } from '../../lib/transport/cluster.ts'
import { consume, createTopics, produce, until } from './running.ts'

const strings = { key: Serdes.string, value: Serdes.string }

/** What an application does, on a cluster in real time, when topics change: whatever its connection. */
export function changingTopicsSuite(t: Test, name: string, cluster: Cluster): void {
  t.test(`${name}: new partitions, and a topic that is created again, are read`, async (t) => {
    const { input, output, id } = names()
    await createTopics(cluster, { [input.name]: 1, [output.name]: 1 })
    const seen = async () => (await consume(cluster, output)).map(([, value]) => value)
    const comes = (count: number) => until(`${count} records`, async () => (await seen()).length === count)
    const admin = await cluster.admin({ clientId: 'test' })
    t.teardown(() => admin.close())
    await using streams = application(cluster, { input, output, id })
    await streams.start()
    await produce(cluster, input, rows('first', 5))
    await comes(5)
    await admin.createPartitions(input.name, 3)
    await produce(cluster, input, rows('second', 20))
    await comes(25)
    await admin.deleteTopics([input.name])
    await createTopics(cluster, { [input.name]: 3 })
    await produce(cluster, input, rows('third', 30))
    await comes(55)
    t.equal(new Set(await seen()).size, 55, 'each once')
  })

  t.test(`${name}: a source topic that is deleted ends the application with a clear error`, async (t) => {
    const { input, output, id } = names()
    await createTopics(cluster, { [input.name]: 1, [output.name]: 1 })
    const admin = await cluster.admin({ clientId: 'test' })
    t.teardown(() => admin.close())
    await using streams = application(cluster, { input, output, id }, { uncaughtExceptionHandler: () => 'shutdown-client' })
    await streams.start()
    await until('running', () => streams.state === 'running')
    await admin.deleteTopics([input.name])
    await t.rejects(streams.closed, { code: 'STREAMS_MISSING_SOURCE_TOPIC' })
  })
}

interface Names {
  readonly input: Topic<string, string>
  readonly output: Topic<string, string>
  readonly id: string
}

function names(): Names {
  const id = `changing-${randomUUID()}`
  return { input: topic(`${id}-in`, strings), output: topic(`${id}-out`, strings), id }
}

function application(cluster: Cluster, { input, output, id }: Names, options: Partial<StreamsOptions> = {}): KafkaStreams {
  const builder = new StreamsBuilder()
  builder.stream(input).to(output)
  const quick = { commitIntervalMs: 100, heartbeatIntervalMs: 200, metadataMaxAgeMs: 500 }
  return new KafkaStreams(builder.build(), { applicationId: id, cluster, logger: silentLogger, ...quick, ...options })
}

function rows(prefix: string, count: number): readonly (readonly [string, string])[] {
  return Array.from({ length: count }, (_, index) => [`${prefix}${index}`, `${prefix}${index}`])
}
