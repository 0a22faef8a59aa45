/**
 * A process with an application that counts words. It says `ready`, starts at the line `start`, and closes at the end of its standard
 * input. Each warning is a line of JSON, and at the end come the offsets of all records that it has processed, by partition.
 *
 *     node starting-member.ts BOOTSTRAP APPLICATION_ID STATE_DIR WORDS COUNTS
 */
import { createInterface } from 'node:readline'
import { KafkaStreams, Serdes, StreamsBuilder, topic } from '../../lib/index.ts'
import type { Topology } from '../../lib/index.ts'

const [bootstrapServers, applicationId, stateDir, words, counts] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
  string,
]
const processed: Record<number, number[]> = {}
const say = (line: object): void => console.log(JSON.stringify(line))

function counting(): Topology {
  const builder = new StreamsBuilder()
  builder
    .stream(topic(words, { key: Serdes.string, value: Serdes.string }))
    .processValues<string>(() => ({
      process(record, context) {
        const { partition, offset } = context.recordMetadata!
        ;(processed[partition] ??= []).push(offset)
        context.forward(record)
      },
    }))
    .groupByKey()
    .count({ store: 'counts' })
    .toStream()
    .to(topic(counts, { key: Serdes.string, value: Serdes.long }))
  return builder.build()
}

const warn = (message: string): void => say({ warning: message })
const streams = new KafkaStreams(counting(), {
  applicationId,
  bootstrapServers,
  stateDir,
  commitIntervalMs: 30,
  logger: { info: () => {}, warn, error: warn },
})
say({ ready: true })
for await (const line of createInterface({ input: process.stdin })) if (line === 'start') await streams.start()
await streams.close()
say({ processed })
process.exit(0)
