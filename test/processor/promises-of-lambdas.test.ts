import t from 'tap'
import {
  JoinWindows,
  Serdes,
  SessionWindows,
  StreamsBuilder,
  topic,
  type Processor,
  type ProcessorContext,
  type StreamRecord,
} from '../../lib/index.ts'
import { TopologyTestDriver, type TopologyTestDriverConfig } from '../../lib/testing/topology-test-driver.ts'

const text = { key: Serdes.string, value: Serdes.string }
const input = topic('in', text)
const other = topic('other', text)
const output = topic('out', text)

type Text = Processor<string, string, string, string>

/** Any lambda, as an async one whose promise is rejected. */
const late = (() => Promise.reject(new Error('late'))) as unknown as () => never
const forwarding = (parts: Partial<Text>): Text => ({
  process: (record: StreamRecord<string, string>, context: ProcessorContext<string, string>) => context.forward(record),
  ...parts,
})

type Build = (builder: StreamsBuilder) => void

/** Where the processing handler is asked. */
const asked: Readonly<Record<string, Build>> = {
  mapper: (builder) => builder.stream(input).mapValues(late).to(output),
  'mapper of a table': (builder) => builder.table(input).mapValues(late).toStream().to(output),
  predicate: (builder) => builder.stream(input).filter(late).to(output),
  'predicate of a branch': (builder) => void builder.stream(input).split().branch(late),
  'action of foreach': (builder) => builder.stream(input).foreach(late),
  'action of peek': (builder) => builder.stream(input).peek(late).to(output),
  'writer of print': (builder) => builder.stream(input).print({ write: late }),
  process: (builder) => void builder.stream(input).process(() => ({ process: late })),
  processValues: (builder) => void builder.stream(input).processValues(() => ({ process: late })),
  punctuator: (builder) =>
    void builder.stream(input).process(() => forwarding({ init: (context) => void context.schedule(1, 'stream-time', late) })),
  'flatMapValues, as an async generator': (builder) =>
    builder
      .stream(input)
      // eslint-disable-next-line @typescript-eslint/require-await
      .flatMapValues<string>(async function* () {
        yield 'late'
      } as never)
      .to(output),
  'topic chooser': (builder) => builder.stream(input).to({ topicName: late, ...text }),
  'topic chooser below an operator': (builder) =>
    builder
      .stream(input)
      .filter(() => true)
      .to({ topicName: late, ...text }),
  partitioner: (builder) => builder.stream(input).to(output, { partitioner: late }),
  initializer: (builder) =>
    void builder
      .stream(input)
      .groupByKey()
      .aggregate<string>(late, (sum) => sum, { value: Serdes.string }),
  aggregator: (builder) =>
    void builder
      .stream(input)
      .groupByKey()
      .aggregate(() => '', late, { value: Serdes.string }),
  merger: (builder) =>
    void builder
      .stream(input)
      .groupByKey()
      .windowedBy(SessionWindows.of({ gapMs: 10 }))
      .aggregate(
        () => '',
        (sum) => sum,
        late,
        { value: Serdes.string },
      ),
  'joiner of streams': (builder) =>
    builder
      .stream(input)
      .join(builder.stream(input), late, JoinWindows.of({ timeDifferenceMs: 5 }))
      .to(output),
  'joiner with a table': (builder) => builder.stream(input).leftJoin(builder.table(other), late).to(output),
  transformer: (builder) =>
    builder
      .table(input)
      .transformValues(() => ({ transform: late }))
      .toStream()
      .to(output),
}

/** Where it ends the processing: the driver's call throws. */
const thrown: Readonly<Record<string, Build>> = {
  supplier: (builder) => void builder.stream(input).process(late),
  init: (builder) => void builder.stream(input).process(() => forwarding({ init: late })),
  'init of a transformer': (builder) =>
    void builder
      .table(input)
      .transformValues(() => ({ init: late, transform: (value) => value }), { store: 'transformed', value: Serdes.string }),
  'supplier of a transformer': (builder) =>
    void builder.table(input).transformValues(late, { store: 'transformed', value: Serdes.string }),
}

const unhandled: unknown[] = []
const note = (reason: unknown): void => void unhandled.push(reason)
t.before(() => void process.on('unhandledRejection', note))
t.after(() => void process.off('unhandledRejection', note))

/** Rejections are told of after the current job. */
const settled = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve))

function driverOf(build: Build, config: TopologyTestDriverConfig): TopologyTestDriver {
  const builder = new StreamsBuilder()
  build(builder)
  return new TopologyTestDriver(builder.build(), config)
}

function pipe(driver: TopologyTestDriver): void {
  const records = driver.createInputTopic(input)
  for (const timestamp of [1, 5]) records.pipeInput({ key: 'k', value: 'v', timestamp })
}

for (const [lambda, build] of Object.entries(asked))
  t.test(`a promise is an error, and its rejection is handled: ${lambda}`, async (t) => {
    const codes = new Set<string>()
    using driver = driverOf(build, { processingHandler: ({ code }) => (codes.add(code), 'continue') })
    pipe(driver)
    await settled()
    t.strictSame([...codes], ['STREAMS_ASYNC_LAMBDA'])
    t.strictSame(unhandled, [])
  })

for (const [lambda, build] of Object.entries(thrown))
  t.test(`a promise ends the processing, and its rejection is handled: ${lambda}`, async (t) => {
    t.throws(() => pipe(driverOf(build, {})), { code: 'STREAMS_ASYNC_LAMBDA' })
    await settled()
    t.strictSame(unhandled, [])
  })

const through: Build = (builder) => builder.stream(input).to(output)
const failing: Build = (builder) =>
  builder
    .stream(input)
    .mapValues((): string => JSON.parse('{') as string)
    .to(output)
/** What a topology only hands on, a canonical serde is not asked about: these are none. */
const uncanonical = { ...Serdes.string, canonical: false }
const { accepts: _, ...plain } = uncanonical
const unreadable = { ...text, value: { ...plain, deserialize: JSON.parse as never } }
const unwritable = { ...text, value: { ...plain, serialize: JSON.parse as never } }

const configured: Readonly<Record<string, readonly [Build, TopologyTestDriverConfig]>> = {
  'timestamp extractor': [through, { defaultTimestampExtractor: late }],
  'processing handler': [failing, { processingHandler: late }],
  'deserialization handler': [(builder) => builder.stream(topic('in', unreadable)).to(output), { deserializationHandler: late }],
  'production handler': [(builder) => builder.stream(input).to(topic('out', unwritable)), { productionHandler: late }],
  'processor wrapper': [failing, { processorWrapper: late }],
  'deserializer of a serde': [
    (builder) => builder.stream(topic('in', { ...text, value: { ...plain, deserialize: late } })).to(output),
    {},
  ],
  'serializer of a serde': [
    (builder) => builder.stream(input).to(topic('out', { ...text, value: { ...plain, serialize: late } })),
    {},
  ],
}

for (const [lambda, [build, config]] of Object.entries(configured))
  t.test(`a promise ends the processing, and its rejection is handled: ${lambda}`, async (t) => {
    t.throws(() => pipe(driverOf(build, config)), { code: 'STREAMS_ASYNC_LAMBDA' })
    await settled()
    t.strictSame(unhandled, [])
  })

t.test('a promise from close is an error, when all processors are closed', async (t) => {
  const driver = driverOf((builder) => void builder.stream(input).process(() => forwarding({ close: late })), {})
  t.throws(() => driver.close(), { code: 'STREAMS_ASYNC_LAMBDA' })
  await settled()
  t.strictSame(unhandled, [])
})
