import t from 'tap'
import { Serdes, StreamsBuilder, topic, type Topology } from 'millrace'
import { TopologyTestDriver } from 'millrace/testing'

const text = (name: string) => topic(name, { key: Serdes.string, value: Serdes.string })

/** A rekeyed stream joined with two tables. */
function twoJoins(firstName?: string): Topology {
  const builder = new StreamsBuilder()
  const rekeyed = builder.stream(text('in')).selectKey((value) => value)
  const serdes = { key: Serdes.string, value: Serdes.string }
  const first = firstName === undefined ? serdes : { ...serdes, name: firstName }
  const joiner = (left: string, right: string): string => `${left}-${right}`
  rekeyed.join(builder.table(text('t1')), joiner, first).to(text('o1'))
  rekeyed.join(builder.table(text('t2')), joiner, serdes).to(text('o2'))
  return builder.build()
}

for (const [firstName, repartition] of [
  [undefined, 'app-KSTREAM-KEY-SELECT-0000000001-repartition'],
  ['j1', 'app-j1-repartition'],
] as const)
  t.test(`joins of one stream share its repartition topic (first join ${firstName ?? 'without a name'})`, async (t) => {
    const topology = twoJoins(firstName)
    const { subtopologies } = topology.plan('app')
    const topics = subtopologies.flatMap(({ repartitionTopics }) => repartitionTopics.map(({ name }) => name))
    t.same(topics, [repartition])
    // Java forgets the second table here, and so lets it have another number of partitions.
    t.same(
      subtopologies.flatMap(({ copartitionGroups }) => copartitionGroups),
      [[repartition, 't1', 't2']],
    )
    using driver = new TopologyTestDriver(topology)
    driver.createInputTopic(text('t1')).pipeInput({ key: 'x', value: '1' })
    driver.createInputTopic(text('t2')).pipeInput({ key: 'x', value: '2' })
    driver.createInputTopic(text('in')).pipeInput({ key: 'k', value: 'x' })
    t.same(driver.createOutputTopic(text('o1')).readKeyValues(), [{ key: 'x', value: 'x-1' }])
    t.same(driver.createOutputTopic(text('o2')).readKeyValues(), [{ key: 'x', value: 'x-2' }])
  })
