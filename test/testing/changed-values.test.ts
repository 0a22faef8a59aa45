import t from 'tap'
import { Serdes, StreamsBuilder, topic, type KStream } from '../../lib/index.ts'
import { TopologyTestDriver, type TopologyTestDriverConfig } from '../../lib/testing/topology-test-driver.ts'

interface Visit {
  count: number
  pages: string[]
}

const input = topic('in', { key: Serdes.string, value: Serdes.json<Visit>() })
const output = topic('out', { key: Serdes.string, value: Serdes.json<Visit>() })

function pipe(build: (visits: KStream<string, Visit>) => void, config: TopologyTestDriverConfig = {}): readonly Visit[] {
  const builder = new StreamsBuilder()
  build(builder.stream(input))
  using driver = new TopologyTestDriver(builder.build(), config)
  const visits = driver.createInputTopic(input)
  visits.pipeInput({ key: 'k', value: { count: 1, pages: ['a'] } })
  visits.pipeInput({ key: 'k', value: { count: 2, pages: ['b'] } })
  return driver.createOutputTopic(output).readValues()
}

const zero = (): Visit => ({ count: 0, pages: [] })

/** Reads the bytes as they are, so that they can be changed. */
const bytes = topic('in', { key: Serdes.string, value: Serdes.bytes })

const changing: readonly (readonly [string, RegExp, (visits: KStream<string, Visit>) => void])[] = [
  [
    'a peek',
    /^peek\(\) \(node KSTREAM-PEEK-0000000001\) .* changed a key or a value/,
    (v) => void v.peek((visit) => visit.count++),
  ],
  [
    'a part of the value, by a mapper',
    /^mapValues\(\) \(node NAMED\)/,
    (v) => void v.mapValues((visit) => (visit.pages.push('c'), visit), { name: 'NAMED' }),
  ],
  ['a removal', /^foreach\(\)/, (v) => v.foreach((visit) => delete (visit as Partial<Visit>).count)],
  [
    'what a processor has forwarded',
    /^process\(\)/,
    (v) =>
      void v.process(() => ({
        process: (record, context) => {
          const mine = zero()
          context.forward({ ...record, value: mine })
          mine.count = 5
        },
      })),
  ],
  [
    'the value that is folded',
    /^aggregate\(\)/,
    (v) => void v.groupByKey().aggregate(zero, (_, visit) => ((visit.count = 7), visit), { value: output.value }),
  ],
]

for (const [what, message, build] of changing)
  t.test(`a changed value is found and named: ${what}`, async (t) => {
    t.throws(() => pipe(build), { code: 'STREAMS_VALUE_CHANGED', message })
    t.doesNotThrow(() => pipe(build, { changedValues: 'allowed' }))
  })

t.test('bytes, dates, maps and sets are compared', async (t) => {
  const parts = { bytes: Buffer.from('ab'), date: new Date(0), map: new Map([[1, 2]]), set: new Set([1]) }
  const changes: Readonly<Record<string, (value: typeof parts) => unknown>> = {
    bytes: (value) => (value.bytes[0] = 7),
    date: (value) => value.date.setTime(5),
    map: (value) => value.map.set(1, 3),
    set: (value) => value.set.add(2),
    nothing: (value) => value.map.get(1),
  }
  for (const [what, change] of Object.entries(changes)) {
    const run = (): unknown =>
      pipe(
        (visits) => void visits.mapValues(() => structuredClone(parts)).peek((value) => void change(value), { name: 'CHANGER' }),
      )
    if (what === 'nothing') t.doesNotThrow(run)
    else t.throws(run, { code: 'STREAMS_VALUE_CHANGED', message: /Node CHANGER changed a key or a value/ }, what)
  }
})

t.test('bytes of a record are compared, too', async (t) => {
  const builder = new StreamsBuilder()
  builder.stream(bytes).foreach((value) => value.fill(0), { name: 'FILL' })
  using driver = new TopologyTestDriver(builder.build())
  t.throws(() => driver.createInputTopic(bytes).pipeInput({ key: 'k', value: Buffer.from('ab') }), {
    code: 'STREAMS_VALUE_CHANGED',
    message: /Node FILL changed/,
  })
})

t.test('a fold may change its aggregate in place', async (t) => {
  const sums = pipe((visits) =>
    visits
      .groupByKey()
      .aggregate(zero, (sum, visit) => ((sum.count += visit.count), sum.pages.push(...visit.pages), sum), { value: output.value })
      .toStream()
      .filter((sum) => sum !== null)
      .to(output),
  )
  t.strictSame(sums, [
    { count: 1, pages: ['a'] },
    { count: 3, pages: ['a', 'b'] },
  ])
})

t.test('a reducer may change its aggregate in place, and the first value is one', async (t) => {
  const sums = pipe((visits) =>
    visits
      .groupByKey()
      .reduce((sum, visit) => ((sum.count += visit.count), sum))
      .toStream()
      .filter((sum) => sum !== null)
      .to(output),
  )
  t.strictSame(
    sums.map(({ count }) => count),
    [1, 3],
  )
})
