import t from 'tap'
import { Serdes, StreamsBuilder, topic, type ProcessorWrapper } from '../../lib/index.ts'
import { TopologyTestDriver } from '../../lib/testing/topology-test-driver.ts'

const text = { key: Serdes.string, value: Serdes.string }
const input = topic('in', text)
const users = topic('users', text)
const output = topic('out', text)

t.test('a wrapper runs around every processor, those of the DSL and of global stores included (KIP-1112)', async (t) => {
  const builder = new StreamsBuilder()
  const names = builder.globalTable(users)
  builder
    .stream(input)
    .join(
      names,
      (value) => value,
      (_, name) => name,
    )
    .merge(builder.stream(topic('more', text)))
    .process<string, string>(() => ({ process: (record, context) => context.forward(record) }), { name: 'OWN' })
    .to(output)
  const seen: string[] = []
  const processorWrapper: ProcessorWrapper = (processor, nodeName) => ({
    init: (context) => processor.init?.(context),
    process: (record, context) => {
      seen.push(nodeName)
      processor.process(record, context)
    },
    close: () => processor.close?.(),
  })
  using driver = new TopologyTestDriver(builder.build(), { processorWrapper })
  driver.createInputTopic(users).pipeInput({ key: 'u', value: 'Ada' })
  driver.createInputTopic(input).pipeInput({ key: 'k', value: 'u' })
  t.strictSame(driver.createOutputTopic(output).readValues(), ['Ada'])
  t.strictSame(seen, ['KTABLE-SOURCE-0000000002', 'KSTREAM-LEFTJOIN-0000000004', 'KSTREAM-MERGE-0000000006', 'OWN'])
})

t.test('a punctuation with a start fires then (KIP-1146)', async (t) => {
  const builder = new StreamsBuilder()
  const fired: string[] = []
  builder.stream(input).process(() => ({
    init: (context) => {
      context.schedule(10, 'wall-clock-time', (now) => fired.push(`wall ${now}`), { startMs: 105 })
      context.schedule(10, 'stream-time', (now) => fired.push(`stream ${now}`), { startMs: 7 })
    },
    process: () => undefined,
  }))
  using driver = new TopologyTestDriver(builder.build(), { initialWallClockMs: 100 })
  for (const ms of [4, 1, 9, 1]) driver.advanceWallClockTime(ms)
  const records = driver.createInputTopic(input)
  for (const timestamp of [6, 7, 16, 17]) records.pipeInput({ key: 'k', value: 'v', timestamp })
  t.strictSame(fired, ['wall 105', 'wall 115', 'stream 7', 'stream 17'])
})

t.test('the joiner of a global table is given the key that was looked up (KIP-1340)', async (t) => {
  const builder = new StreamsBuilder()
  const names = builder.globalTable(users)
  const stream = builder.stream(input)
  const selector = (value: string): string | null => (value === '' ? null : value)
  stream.join(names, selector, (value, name, key, tableKey) => [value, name, key, tableKey].join()).to(output)
  stream.leftJoin(names, selector, (value, name, key, tableKey) => JSON.stringify([value, name, key, tableKey])).to(output)
  using driver = new TopologyTestDriver(builder.build())
  driver.createInputTopic(users).pipeInput({ key: 'u', value: 'Ada' })
  const records = driver.createInputTopic(input)
  records.pipeInput({ key: 'k', value: 'u' })
  records.pipeInput({ key: 'k', value: '' })
  t.strictSame(driver.createOutputTopic(output).readValues(), ['u,Ada,k,u', '["u","Ada","k","u"]', '["",null,"k",null]'])
})

t.test('a partitioner sees topic and headers (KIP-1321)', async (t) => {
  const builder = new StreamsBuilder()
  const seen: unknown[] = []
  builder
    .stream(input)
    .to(output, { partitioner: (value, key, partitions, context) => (seen.push([value, key, partitions, context]), [1]) })
  using driver = new TopologyTestDriver(builder.build(), { partitions: 2 })
  const headers = [{ key: 'h', value: Buffer.from('1') }]
  driver.createInputTopic(input).pipeInput({ key: 'k', value: 'v', headers })
  t.match(seen, [['v', 'k', 2, { topic: 'out', headers }]])
  t.match(driver.produced(), [{ topic: 'out', partition: 1 }])
})
