import t from 'tap'
import { topic } from '../../lib/model/topic.ts'
import { streamRecord } from '../../lib/model/stream-record.ts'
import type { StreamRecord } from '../../lib/model/stream-record.ts'
import type { Processor, ProcessorContext, PunctuationType } from '../../lib/processor/processor.ts'
import { logAndContinue } from '../../lib/runtime/errors/error-handlers.ts'
import { nullable } from '../../lib/serde/nullable-serde.ts'
import { Serdes } from '../../lib/serde/serdes.ts'
import { TopologyTestDriver } from '../../lib/testing/topology-test-driver.ts'
import { plan, processor, sink, source, subtopology } from '../runtime/plan.ts'

type Text = StreamRecord<string, string>
type Context = ProcessorContext<string, string>

const input = topic('in', { key: nullable(Serdes.string), value: nullable(Serdes.string) })
const output = topic('out', { key: nullable(Serdes.string), value: nullable(Serdes.string) })

const step = (process: (record: Text, context: Context) => void) => () =>
  ({ process }) as Processor<never, never, unknown, unknown>

const upper = step((record, context) =>
  context.forward(streamRecord(record.key, record.value.toUpperCase(), record.timestamp, record.headers)),
)

function throughOneStep(supplier: () => Processor<never, never, unknown, unknown>) {
  return plan(subtopology(0, [source('SOURCE', ['in']), processor('STEP', ['SOURCE'], supplier), sink('SINK', ['STEP'], 'out')]))
}

function ticking(type: PunctuationType) {
  return throughOneStep(() => ({
    init: (context: Context) =>
      void context.schedule(10, type, (now) =>
        context.forward(streamRecord('tick', `${now} ${context.recordMetadata?.topic}`, now)),
      ),
    process: () => undefined,
  }))
}

t.test('a record goes through', async (t) => {
  using driver = new TopologyTestDriver(throughOneStep(upper))
  driver.createInputTopic(input).pipeInput({ key: 'k', value: 'a', timestamp: 5 })
  const read = driver.createOutputTopic(output)
  t.same(read.readRecords(), [{ key: 'k', value: 'A', timestamp: 5, headers: [] }])
  t.ok(read.isEmpty)
  t.same(driver.producedTopicNames(), ['out'])
})

t.test('times of records without one', async (t) => {
  using driver = new TopologyTestDriver(throughOneStep(upper), { initialWallClockMs: 100 })
  const topic = driver.createInputTopic(input, { autoAdvanceMs: 7 })
  topic.pipeKeyValueList([
    { key: 'k', value: 'a' },
    { key: 'k', value: 'b' },
  ])
  topic.advanceTime(1000)
  topic.pipeInput({ key: 'k', value: 'c' })
  t.same(
    driver
      .createOutputTopic(output)
      .readRecords()
      .map(({ timestamp }) => timestamp),
    [100, 107, 1114],
  )
})

t.test('stream time drives punctuation: at the first record, then once per advance', async (t) => {
  using driver = new TopologyTestDriver(ticking('stream-time'))
  const topic = driver.createInputTopic(input)
  for (const timestamp of [5, 9, 12, 45, 46]) topic.pipeInput({ key: 'k', value: 'v', timestamp })
  t.same(driver.createOutputTopic(output).readValues(), ['5 undefined', '12 undefined', '45 undefined'])
})

t.test('wall clock drives punctuation only when it is advanced', async (t) => {
  using driver = new TopologyTestDriver(ticking('wall-clock-time'), { initialWallClockMs: 0 })
  driver.createInputTopic(input).pipeInput({ key: 'k', value: 'v', timestamp: 50 })
  driver.advanceWallClockTime(9)
  driver.advanceWallClockTime(31)
  t.same(driver.createOutputTopic(output).readValues(), ['40 undefined'])
})

t.test('what throws is located, and has a code', async (t) => {
  const boom = step(() => {
    throw new Error('boom')
  })
  using driver = new TopologyTestDriver(throughOneStep(boom))
  t.throws(() => driver.createInputTopic(input).pipeInput({ key: 'k', value: 'v', timestamp: 1 }), {
    code: 'STREAMS_PROCESSING_FAILED',
    facts: { node: 'STEP', task: '0_0', topic: 'in', partition: 0, offset: 0 },
    message:
      'process() (node STEP) in task 0_0 failed at in-0, offset 0: boom. Mend the code, or let a processingHandler skip such records.',
  })
})

t.test('a processing handler that continues skips one branch of one record', async (t) => {
  const picky = step((record, context) => {
    if (record.value === 'x') throw new Error('boom')
    context.forward(record)
  })
  const nodes = [
    source('SOURCE', ['in']),
    processor('PICKY', ['SOURCE'], picky),
    sink('PICKED', ['PICKY'], 'picked'),
    processor('UPPER', ['SOURCE'], upper),
    sink('SINK', ['UPPER'], 'out'),
  ]
  using driver = new TopologyTestDriver(plan(subtopology(0, nodes)), { processingHandler: () => 'continue' })
  driver.createInputTopic(input).pipeKeyValueList([
    { key: 'k', value: 'a' },
    { key: 'k', value: 'x' },
  ])
  t.same(driver.createOutputTopic(output).readValues(), ['A', 'X'])
  t.same(driver.createOutputTopic(topic('picked', output)).readValues(), ['a'])
  t.equal(dropped(driver), 1)
})

t.test('null where the serde is not nullable goes to the deserialization handler', async (t) => {
  using failing = new TopologyTestDriver(throughOneStep(upper))
  t.throws(() => failing.createInputTopic(input).pipeInput({ key: 'k', value: null }), {
    code: 'STREAMS_NULL_VALUE',
    facts: { topic: 'in', component: 'value', offset: 0 },
  })
  using skipping = new TopologyTestDriver(throughOneStep(upper), { deserializationHandler: logAndContinue })
  skipping.createInputTopic(input).pipeKeyValueList([
    { key: 'k', value: null },
    { key: 'k', value: 'a' },
  ])
  t.same(skipping.createOutputTopic(output).readValues(), ['A'])
  t.equal(dropped(skipping), 1)
})

t.test('bytes that the serde cannot read', async (t) => {
  const numbers = plan(
    subtopology(0, [
      source('SOURCE', ['in'], { value: Serdes.long }),
      sink('SINK', ['SOURCE'], 'out', { value: Serdes.long as never }),
    ]),
  )
  using driver = new TopologyTestDriver(numbers)
  t.throws(() => driver.createInputTopic(input).pipeInput({ key: 'k', value: 'three' }), { code: 'STREAMS_DESERIALIZATION' })
})

t.test('the handler is asked about a sink that no processor is above; java fails', async (t) => {
  const numbers = plan(
    subtopology(0, [source('SOURCE', ['in']), sink('SINK', ['SOURCE'], 'out', { value: Serdes.long as never })]),
  )
  const error = { code: 'STREAMS_SERIALIZATION', facts: { topic: 'in', node: 'SINK' } }
  const asked: unknown[] = []
  const processingHandler = (each: unknown): 'continue' => (asked.push(each), 'continue')
  using safe = new TopologyTestDriver(numbers, { processingHandler })
  safe.createInputTopic(input).pipeInput({ key: 'k', value: 'v' })
  t.match(asked, [error])
  t.equal(dropped(safe), 1)
  using java = new TopologyTestDriver(numbers, { processingHandler, compatibility: 'java' })
  t.throws(() => java.createInputTopic(input).pipeInput({ key: 'k', value: 'v' }), error)
})

t.test('negative timestamps', async (t) => {
  const pipe = (extractor?: () => number) => {
    using driver = new TopologyTestDriver(
      throughOneStep(upper),
      extractor === undefined ? {} : { defaultTimestampExtractor: extractor },
    )
    driver.createInputTopic(input).pipeInput({ key: 'k', value: 'v', timestamp: -1 })
    return { values: driver.createOutputTopic(output).readValues(), dropped: dropped(driver) }
  }
  t.throws(() => pipe(), { code: 'STREAMS_INVALID_TIMESTAMP' })
  t.same(
    pipe(() => -7),
    { values: [], dropped: 1 },
  )
  t.same(
    pipe(() => 7),
    { values: ['V'], dropped: 0 },
  )
})

t.test('a topic that nobody reads', async (t) => {
  using driver = new TopologyTestDriver(throughOneStep(upper))
  const other = driver.createInputTopic(topic('other', input))
  t.throws(() => other.pipeInput({ key: 'k', value: 'v' }), { code: 'STREAMS_UNKNOWN_TOPIC' })
})

const repartition = { name: 'test-r-repartition', kind: 'repartition', partitions: undefined, config: {} } as const
const twoSteps = plan(
  subtopology(0, [source('SOURCE', ['in']), sink('R-SINK', ['SOURCE'], 'test-r-repartition')]),
  subtopology(
    1,
    [
      source('R-SOURCE', ['test-r-repartition']),
      processor(
        'TASK',
        ['R-SOURCE'],
        step((record, context) =>
          context.forward(
            streamRecord(record.key, `${context.taskId.subtopology}_${context.taskId.partition}`, record.timestamp),
          ),
        ),
      ),
      sink('SINK', ['TASK'], 'out'),
    ],
    { repartitionTopics: [repartition] },
  ),
)

t.test('one partition: the whole topology is one task, and internal topics are fed back', async (t) => {
  using driver = new TopologyTestDriver(twoSteps)
  driver.createInputTopic(input).pipeInput({ key: 'k', value: 'v' })
  t.same(driver.createOutputTopic(output).readValues(), ['0_0'])
  t.same(driver.producedTopicNames(), ['out', 'test-r-repartition'])
})

t.test('several partitions: real tasks', async (t) => {
  using driver = new TopologyTestDriver(twoSteps, { partitions: 3 })
  const topic = driver.createInputTopic(input)
  for (const key of ['a', 'b', 'c', 'd', 'e', 'f']) topic.pipeInput({ key, value: 'v' })
  const tasks = driver.createOutputTopic(output).readKeyValuesToMap()
  t.same([...new Set(tasks.values())].sort(), ['1_0', '1_1', '1_2'])
})

function dropped(driver: TopologyTestDriver): number {
  const counters = driver.metrics().filter(({ name }) => name === 'dropped-records')
  return counters.reduce((sum, counter) => sum + Number(counter.value()), 0)
}

t.test('a partition that a topic does not have, and a closed driver, are named', async (t) => {
  const driver = new TopologyTestDriver(throughOneStep(upper))
  const piped = driver.createInputTopic(input)
  t.throws(() => piped.pipeInput({ key: 'a', value: 'b' }, 7), {
    name: 'TypeError',
    message: /^in has no partition 7: this driver has 1 of it/,
  })
  driver.close()
  t.throws(() => piped.pipeInput({ key: 'a', value: 'b' }), { message: 'The test driver is closed: make another.' })
})

t.test('a punctuation of an unknown type, or without a punctuator, is refused', async (t) => {
  const scheduling = (...request: readonly unknown[]) => {
    const init = (context: Context) => void context.schedule(...(request as Parameters<Context['schedule']>))
    return () => new TopologyTestDriver(throughOneStep(() => ({ init, process: () => undefined }) as never))
  }
  t.throws(
    scheduling(10, 'wallclock', () => undefined),
    { message: /type of schedule\(\) is "stream-time" or "wall-clock-time", not "wallclock"/ },
  )
  t.throws(scheduling(10, 'stream-time', 'tick'), { message: /A punctuator is a function, not tick/ })
})
