import t from 'tap'
import { TopologyError } from '../../lib/model/errors.ts'
import { topic } from '../../lib/model/topic.ts'
import { PassThrough } from '../../lib/processor/stateless/pass-through.ts'
import { Serdes } from '../../lib/serde/serdes.ts'
import { keyValueStore, timestampedWindowStore, windowStore } from '../../lib/state/stores.ts'
import { Topology } from '../../lib/topology/topology.ts'

const text = { key: Serdes.string, value: Serdes.string }
const input = topic('in', text)
const output = topic('out', text)
const passThrough = (): PassThrough<string, string> => new PassThrough()
const store = keyValueStore('store', text)

function source(): Topology {
  return new Topology().addSource('source', input)
}

t.test('a topology by hand is described as in Java', async (t) => {
  const topology = source()
    .addProcessor('processor', passThrough, ['source'], { stores: [store] })
    .addSink('sink', output, ['processor'])
  t.equal(
    topology.describe(),
    `Topologies:
   Sub-topology: 0
    Source: source (topics: [in])
      --> processor
    Processor: processor (stores: [store])
      --> sink
      <-- source
    Sink: sink (topic: out)
      <-- processor

`,
  )
})

t.test('a plan has the application in internal names only', async (t) => {
  const topology = source()
    .addProcessor('processor', passThrough, ['source'], { stores: [store] })
    .addSink('sink', output, ['processor'])
  const [subtopology] = topology.plan('app').subtopologies
  t.strictSame(subtopology?.sourceTopics, ['in'])
  t.strictSame(subtopology?.sinkTopics, ['out'])
  t.match(subtopology?.stores, [
    { spec: store, processors: ['processor'], changelog: { topic: { name: 'app-store-changelog' } } },
  ])
})

t.test('stores unite what records do not', async (t) => {
  const topology = source()
    .addSource('other', topic('other-in', text))
    .addProcessor('left', passThrough, ['source'])
    .addProcessor('right', passThrough, ['other'])
  t.equal(topology.plan('app').subtopologies.length, 2)
  topology.addStateStore(store, ['left']).connectProcessorAndStateStores('right', ['store'])
  t.equal(topology.plan('app').subtopologies.length, 1)
})

t.test('a read-only store has its topic as changelog', async (t) => {
  const topology = new Topology().addReadOnlyStateStore({
    store,
    sourceName: 'source',
    topic: input,
    processorName: 'processor',
    supplier: passThrough,
  })
  t.match(topology.plan('app').subtopologies, [{ kind: 'regular', stores: [{ changelog: { kind: 'source', topic: 'in' } }] }])
})

const global = { store, sourceName: 'g', topic: topic('g', text), processorName: 'gp', supplier: passThrough }

t.test('a global store has its topic as changelog, whatever it says', async (t) => {
  t.match(source().addGlobalStore(global).plan('app').subtopologies, [
    { id: 0, kind: 'regular' },
    { id: 1, kind: 'global', stores: [{ spec: { changelog: 'disabled' }, changelog: { kind: 'source', topic: 'g' } }] },
  ])
})

const faults: readonly (readonly [string, () => unknown])[] = [
  ['STREAMS_DUPLICATE_NODE', () => source().addSource('source', output)],
  ['STREAMS_TOPIC_ALREADY_REGISTERED', () => source().addSource('other', input)],
  ['STREAMS_TOPIC_ALREADY_REGISTERED', () => source().addSource('other', { pattern: /i./ })],
  ['STREAMS_NO_TOPICS', () => source().addSource('other', [])],
  ['STREAMS_NO_PARENT', () => source().addProcessor('processor', passThrough, [])],
  ['STREAMS_UNKNOWN_PARENT', () => source().addProcessor('processor', passThrough, ['nobody'])],
  ['STREAMS_UNKNOWN_PARENT', () => source().addProcessor('processor', passThrough, ['processor'])],
  ['STREAMS_SINK_AS_PARENT', () => source().addSink('sink', output, ['source']).addSink('next', output, ['sink'])],
  ['STREAMS_DUPLICATE_STORE', () => source().addStateStore(store).addStateStore(keyValueStore('store', text))],
  ['STREAMS_UNKNOWN_STORE', () => source().connectProcessorAndStateStores('source', ['store'])],
  ['STREAMS_NOT_A_PROCESSOR', () => source().addStateStore(store, ['source'])],
  ['STREAMS_UNKNOWN_PROCESSOR', () => source().addStateStore(store, ['nobody'])],
  ['STREAMS_GLOBAL_STORE_CONNECTED', () => source().addGlobalStore(global).connectProcessorAndStateStores('gp', ['store'])],
  ['STREAMS_INVALID_NAME', () => new Topology().addSource('a b', input)],
]

for (const [code, build] of faults)
  t.test(`${code}: ${build.toString().slice(6)}`, async (t) => {
    t.throws(build, { code, name: 'TopologyError' })
    t.throws(build, TopologyError)
  })

t.test('adding a store value twice is no fault', async (t) => {
  t.doesNotThrow(() => source().addStateStore(store).addStateStore(store))
})

t.test('rows that share a key are not compacted; java overlooks timestamped stores', async (t) => {
  const options = { retentionMs: 10, windowSizeMs: 5, duplicates: 'keep' } as const
  const plain = windowStore('plain', options)
  const timestamped = timestampedWindowStore('timestamped', options)
  const topology = source().addProcessor('processor', passThrough, ['source'], { stores: [plain, timestamped] })
  const policies = (compatibility: 'safe' | 'java'): object =>
    topology
      .plan('app', { compatibility })
      .subtopologies.flatMap(({ stores }) =>
        stores.map(({ changelog }) => (changelog?.kind === 'internal' ? changelog.topic.config['cleanup.policy'] : undefined)),
      )
  t.same(policies('safe'), ['delete', 'delete'])
  t.same(policies('java'), ['delete', 'compact,delete'])
})
