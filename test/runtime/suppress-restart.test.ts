import t from 'tap'
import { Suppressed } from '../../lib/dsl/windows/suppressed.ts'
import { StreamsBuilder } from '../../lib/dsl/streams-builder.ts'
import { EmbeddedKafka } from '../../lib/embedded.ts'
import { KafkaStreams } from '../../lib/kafka-streams.ts'
import type { Serde } from '../../lib/model/serde.ts'
import { topic } from '../../lib/model/topic.ts'
import { silentLogger } from '../../lib/runtime/logger.ts'
import { nullable } from '../../lib/serde/nullable-serde.ts'
import { Serdes } from '../../lib/serde/serdes.ts'
import type { Topology } from '../../lib/topology/topology.ts'
import type { Cluster } from '../../lib/transport/cluster.ts'
import { consume, createTopics, produce, until } from './running.ts'

/** Reads only what it was told of before, as a serde that fetches schemas does. */
function prepared(): Serde<string> {
  const known = new Set<string>()
  return {
    ...Serdes.string,
    name: 'prepared',
    prepareRead: async (batch) => {
      for (const bytes of batch) known.add(Buffer.from(bytes).toString())
    },
    deserialize: (bytes, context) => {
      const text = Serdes.string.deserialize(bytes, context)
      if (known.has(text)) return text
      throw new TypeError(`Nobody told of ${text}.`)
    },
  }
}

const results = topic('results', { key: Serdes.string, value: nullable(Serdes.string) })

function held(): Topology {
  const words = topic('words', { key: Serdes.string, value: prepared() })
  const builder = new StreamsBuilder()
  builder.table(words).suppress(Suppressed.untilTimeLimit(100), { name: 'held' }).toStream().to(results)
  return builder.build()
}

function application(cluster: Cluster): KafkaStreams {
  const fast = { commitIntervalMs: 20, heartbeatIntervalMs: 20, retryBackoffMs: 10, pollMs: 10 }
  return new KafkaStreams(held(), { applicationId: 'app', cluster, logger: silentLogger, ...fast })
}

t.test('what is held back when an application stops goes on after the next start', async (t) => {
  await using cluster = await EmbeddedKafka.open()
  await createTopics(cluster, { words: 1, results: 1 })
  const words = topic('words', { key: Serdes.string, value: Serdes.string })
  const changelog = topic('app-held-store-changelog', { key: Serdes.string, value: Serdes.bytes })
  {
    await using streams = application(cluster)
    await streams.start()
    await produce(cluster, words, [
      ['k', 'old', 1],
      ['k', 'new', 2],
      ['j', 'other', 3],
    ])
    await until('the buffer in its changelog', async () => (await consume(cluster, changelog)).length >= 2)
  }
  t.same(await consume(cluster, results), [])
  await using streams = application(cluster)
  await streams.start()
  await produce(cluster, words, [['last', 'x', 102]])
  await until('what was held back', async () => (await consume(cluster, results)).length > 0)
  t.same(await consume(cluster, results), [['k', 'new']])
})
