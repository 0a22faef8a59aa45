import t from 'tap'
import { Serdes, StreamsBuilder, Topology, topic } from '../../lib/index.ts'
import type { SourceNode } from '../../lib/topology/topology-plan.ts'

const text = { key: Serdes.string, value: Serdes.string }
const input = topic('in', text)
const output = topic('out', text)
const counts = topic('counts', { key: Serdes.string, value: Serdes.long })

type Build = (builder: StreamsBuilder) => void

/** What the plan says is read of keys and values, by topic. */
function readsOf(build: Build): Readonly<Record<string, string>> {
  const builder = new StreamsBuilder()
  build(builder)
  const { subtopologies } = builder.build().plan('app')
  const sources = subtopologies.flatMap(({ nodes }) => nodes).filter((node) => node.kind === 'source')
  return Object.fromEntries(sources.map(({ topics, reads }: SourceNode) => [topics.join(), `${reads!.key} ${reads!.value}`]))
}

const cases: Readonly<Record<string, readonly [build: Build, reads: string]>> = {
  'a sink takes bytes': [(builder) => builder.stream(input).to(output), 'bytes bytes'],
  'a count looks whether there is a value': [(builder) => void builder.stream(input).groupByKey().count(), 'bytes presence'],
  'what a count forwards is a value of its own': [
    (builder) => builder.stream(input).groupByKey().count().toStream().to(counts),
    'bytes presence',
  ],
  'the key of a count is read below': [
    (builder) =>
      builder
        .stream(input)
        .groupByKey()
        .count()
        .toStream()
        .foreach(() => undefined),
    'value presence',
  ],
  'a lambda reads values': [
    (builder) =>
      builder
        .stream(input)
        .filter(() => true)
        .to(output),
    'value value',
  ],
  'one of two branches reads values': [
    (builder) => {
      const stream = builder.stream(input)
      stream.to(output)
      stream.foreach(() => undefined)
    },
    'value value',
  ],
  'a table keeps bytes': [(builder) => void builder.table(input, { store: 'rows' }), 'bytes bytes'],
  'a table that is derived is read': [
    (builder) => void builder.table(input, { store: 'rows' }).filter(() => true),
    'value value',
  ],
  'a partitioner reads values': [(builder) => builder.stream(input).to(output, { partitioner: () => [0] }), 'value value'],
  'a topic chooser reads values': [(builder) => builder.stream(input).to({ ...text, choose: () => 'out' } as never), 'value value'], // prettier-ignore
  'a join reads values': [
    (builder) =>
      void builder
        .stream(input)
        .join(builder.table(counts), (value) => value)
        .to(output),
    'value value',
  ],
}

for (const [name, [build, reads]] of Object.entries(cases))
  t.test(name, async (t) => {
    t.equal(readsOf(build)['in'], reads)
  })

t.test('a processor of the application reads values', async (t) => {
  const topology = new Topology()
    .addSource('source', input)
    .addProcessor('node', () => ({ process: () => undefined }), ['source'])
  const [source] = topology.plan('app').subtopologies[0]!.nodes as readonly SourceNode[]
  t.same(source!.reads, { key: 'value', value: 'value' })
})
