import t from 'tap'
import { Serdes, StreamsBuilder, topic, type StreamRecord } from '../../lib/index.ts'
import type { Operator } from '../../lib/processor/operator.ts'
import { TopologyTestDriver } from '../../lib/testing/topology-test-driver.ts'

const input = topic('in', { key: Serdes.string, value: Serdes.string })
const output = topic('out', { key: Serdes.string, value: Serdes.string })
type Context = { forward(record: StreamRecord<string, string>): void }

/** Has a member for each that an operator may have, and notes which members are read. */
function watched(read: Set<string>) {
  const declared: Required<Omit<Operator<never, never, never, never>, 'init' | 'process' | 'close'>> = {
    forwards: 'input',
    unwritableValueFails: 'above',
    prepare: () => Promise.reject(new Error('prepare is called')),
  }
  const processor = {
    ...declared,
    process: (record: StreamRecord<string, string>, context: Context): void => context.forward(record),
  }
  return new Proxy(processor, {
    get: (target, member) => {
      read.add(String(member))
      return Reflect.get(target, member) as unknown
    },
    has: (target, member) => {
      read.add(String(member))
      return Reflect.has(target, member)
    },
  })
}

t.test("of an application's processor the engine uses init, process and close, whatever else it has", async (t) => {
  const read = new Set<string>()
  const builder = new StreamsBuilder()
  builder
    .stream(input)
    .process<string, string>(() => watched(read))
    .to(output)
  const driver = new TopologyTestDriver(builder.build())
  driver.createInputTopic(input).pipeInput({ key: 'k', value: 'v' })
  t.strictSame(driver.createOutputTopic(output).readValues(), ['v'])
  driver.close()
  // `then` tells whether the supplier gave a promise instead.
  t.strictSame([...read].sort(), ['close', 'init', 'process', 'then'])
})
