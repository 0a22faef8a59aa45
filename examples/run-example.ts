import { parseArgs } from 'node:util'
import { KafkaStreams, kafka, openAdmin, openConsumer, openProducer } from 'millrace'
import type { Cluster, StreamsOptions, Topic, TopicProducer, Topology } from 'millrace'
import { EmbeddedKafka } from 'millrace/embedded'

// What the small examples share: a cluster in the process, or Kafka by `--kafka HOST:PORT`; topics; an application; what comes out of it.

export interface Example {
  readonly topology: Topology
  /** The topics of the topology. Those that are missing are made. */
  readonly topics: readonly string[]
  readonly config: StreamsOptions
}

export interface Running {
  readonly cluster: Cluster
  readonly streams: KafkaStreams
  readonly producer: TopicProducer
  /** Nothing is left to do on a cluster in the process. On Kafka an example goes on until Ctrl-C. */
  readonly isEmbedded: boolean
}

/** Runs an example while `use` does its work. */
export async function runExample(
  { topology, topics, config }: Example,
  args: string[],
  use: (running: Running) => Promise<void>,
) {
  const { values } = parseArgs({ args, options: { kafka: { type: 'string' } } })
  await using opened = new AsyncDisposableStack()
  const address = values.kafka
  const cluster = address === undefined ? opened.use(await EmbeddedKafka.open()) : kafka({ bootstrapServers: address })
  await makeTopics(cluster, topics)
  const producer = opened.adopt(await openProducer(cluster, { clientId: `${config.applicationId}-feed` }), (each) => each.close())
  // Each change goes on at once, so that all of them are seen.
  const streams = opened.use(new KafkaStreams(topology, { statestoreCacheMaxBytes: 0, ...config, cluster }))
  process.once('SIGINT', () => void streams.close().then(() => process.exit()))
  await streams.start()
  await use({ cluster, streams, producer, isEmbedded: address === undefined })
}

/** The records of a topic: so many in the process, and all on Kafka. */
export async function* read<K, V>({ cluster, isEmbedded }: Running, topic: Topic<K, V>, count: number) {
  const consumer = await openConsumer(cluster, { clientId: `${topic.name}-reader`, topics: [topic] })
  let seen = 0
  try {
    for await (const { records } of consumer) {
      yield* records
      seen += records.length
      if (isEmbedded && seen >= count) return
    }
  } finally {
    await consumer.close()
  }
}

async function makeTopics(cluster: Cluster, names: readonly string[]): Promise<void> {
  const admin = await openAdmin(cluster, { clientId: 'example' })
  const known = new Set((await admin.metadata()).map(({ name }) => name))
  await admin.createTopics(names.filter((name) => !known.has(name)).map((name) => ({ name, partitions: 3 })))
  await admin.close()
}
