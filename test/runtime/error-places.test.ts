import t from 'tap'
import { JoinWindows, Serdes, StreamsBuilder, topic } from '../../lib/index.ts'
import { TopologyTestDriver } from '../../lib/testing/topology-test-driver.ts'

const text = { key: Serdes.string, value: Serdes.string }
const input = topic('in', text)
const output = topic('out', text)

const fails = (): never => {
  throw new Error('boom')
}

const calls: readonly (readonly [string, (builder: StreamsBuilder) => void])[] = [
  ['mapValues() (node KSTREAM-MAPVALUES-0000000001)', (b) => void b.stream(input).mapValues(fails)],
  ['filterNot() (node MINE)', (b) => void b.stream(input).filterNot(fails, { name: 'MINE' })],
  [
    "aggregate() of store 'sums' (node KSTREAM-AGGREGATE-0000000001)",
    (b) =>
      void b
        .stream(input)
        .groupByKey()
        .aggregate(() => '', fails, { store: 'sums', value: Serdes.string }),
  ],
  ['join() of store', (b) => void b.stream(input).join(b.stream(input), fails, JoinWindows.of({ timeDifferenceMs: 1 }))],
  ['to() (node KSTREAM-SINK-0000000001)', (b) => b.stream(input).to({ topicName: fails, ...text })],
  [
    'to() (node KSTREAM-SINK-0000000002)',
    (b) =>
      b
        .stream(input)
        .peek(() => undefined)
        .to(output, { partitioner: fails }),
  ],
  ['groupBy() (node KTABLE-SELECT-0000000003)', (b) => void b.table(input).groupBy(fails, text).count()],
]

for (const [place, build] of calls)
  t.test(`the message names the call: ${place}`, async (t) => {
    const builder = new StreamsBuilder()
    build(builder)
    using driver = new TopologyTestDriver(builder.build())
    const pipe = (): void => driver.createInputTopic(input).pipeInput({ key: 'k', value: 'v' })
    t.throws(pipe, { code: 'STREAMS_PROCESSING_FAILED' })
    try {
      pipe()
    } catch (error) {
      const { message } = error as Error
      t.ok(message.startsWith(place), message)
      t.match(
        message,
        /in task 0_0 failed at .*, offset \d: boom\. Mend the code, or let a processingHandler skip such records\./,
      )
    }
  })

t.test('a processor that cannot be initialized is named by its call', async (t) => {
  const builder = new StreamsBuilder()
  builder.stream(input).process(() => ({ init: fails, process: () => undefined }), { name: 'OWN' })
  t.throws(() => new TopologyTestDriver(builder.build()), {
    code: 'STREAMS_PROCESSOR_INIT_FAILED',
    message: 'process() (node OWN) could not be initialized: boom.',
  })
})
