/** Never run: `npm run types` compiles it, and each `@ts-expect-error` must be one. Own code: its stores and what comes out of it. */
import {
  keyValueStore,
  Serdes,
  sessionStore,
  StreamsBuilder,
  timestampedKeyValueStore,
  timestampedWindowStore,
  topic,
  versionedKeyValueStore,
  windowStore,
} from '../../lib/index.ts'
import type {
  KeyValueStore,
  KStream,
  Processor,
  ProcessorContext,
  SessionStore,
  StreamRecord,
  TimestampedKeyValueStore,
  TimestampedWindowStore,
  VersionedKeyValueStore,
  WindowStore,
} from '../../lib/index.ts'
import type { TopologyTestDriver } from '../../lib/testing.ts'
import type { StreamsConfig } from '../../lib/runtime/streams-config.ts'
import { proves, type Exact } from './exact.ts'

const words = topic('words', { key: Serdes.string, value: Serdes.string })
const stream = new StreamsBuilder().stream(words)
const serdes = { key: Serdes.string, value: Serdes.long }
const times = { retentionMs: 10, windowSizeMs: 10 }

// A store value says what the store is.
declare const context: ProcessorContext<string, number>
const plain = context.stateStore(keyValueStore('kv', serdes))
proves<Exact<typeof plain, KeyValueStore<string, number>>>()
const timestamped = context.stateStore(timestampedKeyValueStore('tkv', serdes))
proves<Exact<typeof timestamped, TimestampedKeyValueStore<string, number>>>()
const windows = context.stateStore(windowStore('w', { ...serdes, ...times }))
proves<Exact<typeof windows, WindowStore<string, number>>>()
const timestampedWindows = context.stateStore(timestampedWindowStore('tw', { ...serdes, ...times }))
proves<Exact<typeof timestampedWindows, TimestampedWindowStore<string, number>>>()
const sessions = context.stateStore(sessionStore('s', { ...serdes, retentionMs: 10 }))
proves<Exact<typeof sessions, SessionStore<string, number>>>()
const versions = context.stateStore(versionedKeyValueStore('v', { ...serdes, historyRetentionMs: 10 }))
proves<Exact<typeof versions, VersionedKeyValueStore<string, number>>>()
const named = context.stateStore<KeyValueStore<string, boolean>>('named')
proves<Exact<typeof named, KeyValueStore<string, boolean>>>()
// @ts-expect-error - The store keeps numbers.
plain.put('a', 'b')
// @ts-expect-error - The store keeps timestamps, too.
timestamped.put('a', 1)

declare const driver: TopologyTestDriver
const ofDriver = driver.stateStore(timestampedKeyValueStore('tkv', serdes), 1)
proves<Exact<typeof ofDriver, TimestampedKeyValueStore<string, number>>>()

// The output is what the processor says of its context.
class Lengths implements Processor<string, string, number, boolean> {
  process(record: StreamRecord<string, string>, context: ProcessorContext<number, boolean>): void {
    context.forward({ ...record, key: record.value.length, value: true })
  }
}
const ofClass = stream.process(() => new Lengths())
proves<Exact<typeof ofClass, KStream<number, boolean>>>()
const ofContext = stream.process(() => ({
  process(record, context: ProcessorContext<number, boolean>) {
    context.forward({ ...record, key: record.value.length, value: true })
  },
}))
proves<Exact<typeof ofContext, KStream<number, boolean>>>()
const ofReturn = stream.process((): Processor<string, string, number, boolean> => new Lengths())
proves<Exact<typeof ofReturn, KStream<number, boolean>>>()
const ofValues = stream.processValues(() => ({
  process(record, context: ProcessorContext<string, number>) {
    context.forward({ ...record, value: record.value.length })
  },
}))
proves<Exact<typeof ofValues, KStream<string, number>>>()
// @ts-expect-error - The key stays.
stream.processValues(() => new Lengths())
// @ts-expect-error - The processor reads numbers, and these are words.
stream.process((): Processor<string, number, string, string> => ({ process: () => undefined }))

// A test pipes deletes and records without key, whatever the serdes say.
const input = driver.createInputTopic(words)
input.pipeInput({ key: 'a', value: null })
input.pipeKeyValueList([
  { key: null, value: 'b' },
  { key: 'b', value: null },
])
const pair = driver.createOutputTopic(words).readKeyValue()
proves<Exact<typeof pair.value, string>>()
// @ts-expect-error - Words are no numbers.
input.pipeInput({ key: 'a', value: 1 })

// Options of the environment may be undefined, also with `exactOptionalPropertyTypes`.
declare const name: string | undefined
stream.groupByKey({ name }).count({ name, store: name })
stream.repartition({
  name,
  partitions: undefined,
  partitioner: (value, key, numPartitions) => [(value + key).length % numPartitions],
})
stream.to({ topicName: (value, key, { headers }) => `${value}-${key}-${headers.length}` }, { name, partitioner: undefined })

// Nobody awaits a promise of these, so an async lambda does not compile. Any other result is dropped.
const save = async (word: string): Promise<void> => console.log(word)
// @ts-expect-error - A promise is not awaited.
stream.foreach(async (word) => await save(word))
// @ts-expect-error - A promise is not awaited.
stream.foreach(save)
// @ts-expect-error - A promise is not awaited.
stream.peek(async (word) => await save(word))
// @ts-expect-error - A promise is not awaited.
stream.process(() => ({ process: async (record) => await save(record.value) }))
// @ts-expect-error - A promise is not awaited.
stream.process(() => ({ init: async () => await save('a'), process: () => undefined }))
const seen: string[] = []
stream.foreach((word) => seen.push(word))
stream.peek((word) => ({ word }))
stream.peek((word) => new Map([[word, 1]]))
stream.foreach((word) => console.log(word))
stream.process(() => ({
  init(context) {
    // @ts-expect-error - A promise is not awaited.
    context.schedule(1000, 'wall-clock-time', async () => await save('a'))
    context.schedule(1000, 'wall-clock-time', () => seen.push('a'))
  },
  process: (record) => seen.push(record.value),
}))

// A variable of the environment may be missing. The key may not.
declare const brokers: string | undefined
export const ofEnvironment: StreamsConfig = { applicationId: 'a', bootstrapServers: brokers, stateDir: brokers }
// @ts-expect-error - Neither a cluster nor its addresses.
export const ofNothing: StreamsConfig = { applicationId: 'a' }
