import t from 'tap'
import { JoinWindows, Serdes, StreamsBuilder, topic, windowStore, type StreamJoined, type Topology } from 'millrace'
import { TopologyTestDriver, type ProducedRecord, type TopologyTestDriverConfig } from 'millrace/testing'

const text = (name: string) => topic(name, { key: Serdes.string, value: Serdes.string })
const [lefts, rights, out] = [text('left'), text('right'), text('out')]

type Options = StreamJoined<string, string, string>

type Joiner = (left: string | null, right: string | null) => string

function joined(
  kind: 'join' | 'leftJoin' | 'outerJoin',
  windows: JoinWindows,
  options: Options = {},
  joiner: Joiner = (left, right) => `${left}-${right}`,
): Topology {
  const builder = new StreamsBuilder()
  const [left, right] = [builder.stream(lefts), builder.stream(rights)]
  const streams = {
    join: () => left.join(right, joiner, windows, options),
    leftJoin: () => left.leftJoin(right, joiner, windows, options),
    outerJoin: () => left.outerJoin(right, joiner, windows, options),
  }
  streams[kind]().to(out)
  return builder.build()
}

type Input = readonly [side: 'left' | 'right', value: string, timestamp: number, key?: string]

/** Pipes the inputs, and gives what came out since the driver was opened. */
function pipe(driver: TopologyTestDriver, inputs: readonly Input[]): readonly (readonly [string, number])[] {
  const topics = { left: driver.createInputTopic(lefts), right: driver.createInputTopic(rights) }
  for (const [side, value, timestamp, key = 'k'] of inputs) topics[side].pipeInput({ key, value, timestamp })
  return driver
    .createOutputTopic(out)
    .readRecords()
    .map(({ value, timestamp }) => [value, timestamp])
}

function results(topology: Topology, inputs: readonly Input[], config: TopologyTestDriverConfig = {}) {
  using driver = new TopologyTestDriver(topology, config)
  return pipe(driver, inputs)
}

t.test('windows of a join are checked', (t) => {
  t.match(JoinWindows.of({ timeDifferenceMs: 5 }), { beforeMs: 5, afterMs: 5, graceMs: 0, sizeMs: 10 })
  t.match(JoinWindows.of({ timeDifferenceMs: 5, afterMs: -2 }), { beforeMs: 5, afterMs: -2, sizeMs: 3 })
  t.match(JoinWindows.eager({ timeDifferenceMs: 5 }), { graceMs: 86_399_990, nonJoined: 'eager' })
  t.throws(() => JoinWindows.of({ beforeMs: -3, afterMs: 2 }), /beforeMs \(-3\) and afterMs \(2\) of a join/)
  t.throws(() => JoinWindows.of({ beforeMs: 3 }), /need timeDifferenceMs, or both/)
  t.throws(() => JoinWindows.of({ timeDifferenceMs: 0.5 }), TypeError)
  t.throws(() => JoinWindows.of({ timeDifferenceMs: 5, graceMs: -1 }), /at least 0/)
  t.end()
})

t.test('serdes travel with the streams: a join needs neither options nor defaults', async (t) => {
  const windows = JoinWindows.of({ timeDifferenceMs: 5 })
  const found = results(joined('outerJoin', windows), [
    ['left', 'a', 0],
    ['right', 'b', 3],
    ['left', 'c', 50, 'other'],
    ['right', 'd', 99],
  ])
  t.same(found, [
    ['a-b', 3],
    ['c-null', 50],
  ])
})

t.test('eager windows join with null at once, and again with what follows', async (t) => {
  const found = results(joined('leftJoin', JoinWindows.eager({ timeDifferenceMs: 5 })), [
    ['left', 'a', 0],
    ['right', 'b', 3],
  ])
  t.same(found, [
    ['a-null', 0],
    ['a-b', 3],
  ])
})

t.test('both sides of a join share stream time: a record that is late for the other side does not wait', async (t) => {
  const found = results(joined('outerJoin', JoinWindows.of({ timeDifferenceMs: 5 })), [
    ['right', 'b', 100, 'other'],
    ['left', 'a', 0],
  ])
  t.same(found, [['a-null', 0]])
})

t.test('what waits is looked for once an interval', async (t) => {
  const windows = JoinWindows.of({ timeDifferenceMs: 5 })
  using driver = new TopologyTestDriver(joined('leftJoin', windows), { emitIntervalMs: 1000, initialWallClockMs: 5000 })
  t.same(
    pipe(driver, [
      ['left', 'a', 0],
      ['left', 'b', 20],
    ]),
    [],
    'the first record has looked',
  )
  driver.advanceWallClockTime(999)
  t.same(pipe(driver, [['left', 'c', 40]]), [])
  driver.advanceWallClockTime(1)
  t.same(pipe(driver, [['left', 'd', 60]]), [
    ['a-null', 0],
    ['b-null', 20],
    ['c-null', 40],
  ])
})

for (const [compatibility, found] of [
  ['safe', ['c-null', 'd-null', 'e-null']],
  ['java', []],
] as const)
  t.test(`a joiner that fails for a record that waits: ${compatibility}`, async (t) => {
    const windows = JoinWindows.of({ timeDifferenceMs: 5 })
    const topology = joined('leftJoin', windows, {}, (left) => {
      if (left === 'bad') throw new Error('a bad value')
      return `${left}-null`
    })
    const values = ['bad', 'c', 'd', 'e', 'f']
    const inputs = values.map((value, index): Input => ['left', value, index * 20])
    const emitted = results(topology, [...inputs.slice(0, 1), ['left', 'c', 0], ...inputs.slice(1)], {
      compatibility,
      processingHandler: () => 'continue',
    })
    t.same(
      emitted.map(([value]) => value),
      found,
    )
  })

/** What a second driver, restored from the changelogs of a first one, does. */
function afterRestart(topology: Topology, [before, after]: readonly (readonly Input[])[], config: TopologyTestDriverConfig) {
  let changelogs: readonly ProducedRecord[]
  {
    using driver = new TopologyTestDriver(topology, config)
    pipe(driver, before!)
    changelogs = driver.produced()
  }
  using driver = new TopologyTestDriver(topology, { ...config, changelogs })
  const found = pipe(driver, after!)
  const numbers = driver
    .produced()
    .filter(({ topic }) => topic.includes('THIS'))
    .map(({ key }) => Buffer.from(key!).readInt32BE(9))
  return { found, numbers }
}

for (const [compatibility, found] of [
  ['safe', [['a-null', 0]]],
  ['java', []],
] as const)
  t.test(`a record that waited when the task ended, and whose time takes no addition: ${compatibility}`, async (t) => {
    const topology = joined('leftJoin', JoinWindows.of({ beforeMs: 5, afterMs: 0 }))
    const restarted = afterRestart(topology, [[['left', 'a', 0]], [['left', 'b', 10]]], { compatibility })
    t.same(restarted.found, found)
  })

for (const defaultStoreMedium of ['memory', 'disk'] as const)
  for (const [compatibility, found, numbers] of [
    ['safe', ['a-x', 'b-x', 'c-x'], [3]],
    ['java', defaultStoreMedium === 'memory' ? ['a-x', 'b-x', 'c-x'] : ['c-x', 'b-x'], [1]],
  ] as const)
    t.test(`duplicates after a restart on ${defaultStoreMedium}: ${compatibility}`, async (t) => {
      const topology = joined('join', JoinWindows.of({ timeDifferenceMs: 5 }))
      const inputs: Input[][] = [
        [
          ['left', 'a', 1],
          ['left', 'b', 1],
        ],
        [
          ['left', 'c', 1],
          ['right', 'x', 1],
        ],
      ]
      const restarted = afterRestart(topology, inputs, { compatibility, defaultStoreMedium })
      t.same(
        restarted.found.map(([value]) => value),
        found,
      )
      t.same(restarted.numbers, numbers)
    })

t.test('own stores are used where they fit, and refused where they do not', async (t) => {
  const windows = JoinWindows.of({ timeDifferenceMs: 5, graceMs: 2 })
  const fitting = { windowSizeMs: 10, retentionMs: 12, duplicates: 'keep' } as const
  const topology = joined('leftJoin', windows, { thisStore: windowStore('own', fitting) })
  t.same(
    results(topology, [
      ['left', 'a', 0],
      ['right', 'b', 3],
    ]),
    [['a-b', 3]],
  )
  using driver = new TopologyTestDriver(topology)
  t.same(driver.storeNames(), ['KSTREAM-OUTEROTHER-0000000005-store', 'own', 'own-left-shared-join-store'])

  const refused = (options: Options) => () => joined('join', windows, options)
  const error = { name: 'TopologyError', code: 'STREAMS_JOIN_STORE' }
  t.throws(refused({ thisStore: windowStore('own', { ...fitting, duplicates: 'replace' }) }), error)
  t.throws(refused({ otherStore: windowStore('own', { ...fitting, retentionMs: 13 }) }), error)
  t.throws(refused({ thisStore: windowStore('own', fitting), otherStore: windowStore('own', fitting) }), error)
})
