import t from 'tap'
import { EmbeddedKafka } from '../../lib/embedded.ts'
import { JoinWindows, KafkaStreams, Serdes, silentLogger, StreamsBuilder, topic, type KStream } from '../../lib/index.ts'
import { TopologyTestDriver } from '../../lib/testing/topology-test-driver.ts'

const input = topic('in', { key: Serdes.string, value: Serdes.string })

/** The new values have no serde: not for the table's store, and not for the repartition topic. */
function withoutSerdes() {
  const builder = new StreamsBuilder()
  builder
    .stream(input)
    .mapValues((value) => value.length)
    .groupByKey()
    .reduce((sum, length) => sum + length)
  builder
    .stream(topic('other', input))
    .selectKey((value) => value.length)
    .repartition()
  return builder.build()
}

const missing = [
  { component: 'key', node: 'KSTREAM-REPARTITION-0000000006-sink' },
  { component: 'value', node: 'KSTREAM-REDUCE-0000000003', method: 'reduce', store: 'KSTREAM-REDUCE-STATE-STORE-0000000002' },
]

t.test('all places without a serde are named at once, before anything starts', async (t) => {
  const error = { name: 'TopologyError', code: 'STREAMS_SERDE_MISSING' }
  t.throws(() => new TopologyTestDriver(withoutSerdes()), error)
  try {
    new TopologyTestDriver(withoutSerdes())
  } catch (thrown) {
    const found = (
      thrown as { readonly facts: { readonly missing: readonly { component: string; node: string; store?: string }[] } }
    ).facts.missing
    for (const each of missing)
      t.ok(
        found.some(
          (one) =>
            one.component === each.component && (each.store === undefined ? one.store === undefined : one.store === each.store),
        ),
        `${each.component} ${each.node}: ${JSON.stringify(found)}`,
      )
    t.match(
      (thrown as Error).message,
      /the value of the store KSTREAM-REDUCE-STATE-STORE-0000000002 at KSTREAM-REDUCE-0000000003 \(reduce\)/,
    )
  }
  await using cluster = await EmbeddedKafka.open()
  t.throws(() => new KafkaStreams(withoutSerdes(), { applicationId: 'app', cluster, logger: silentLogger }), error)
})

t.test('defaults will do', async (t) => {
  using driver = new TopologyTestDriver(withoutSerdes(), {
    defaultKeySerde: Serdes.long as never,
    defaultValueSerde: Serdes.long as never,
  })
  t.ok(driver.storeNames().length > 0)
})

type Numbers = KStream<number, number>
type Texts = KStream<number, string>
const windows = JoinWindows.of({ timeDifferenceMs: 1 })
const joins = {
  leftJoin: (left: Numbers, right: Texts) => left.leftJoin(right, () => 'joined', windows),
  outerJoin: (left: Numbers, right: Texts) => left.outerJoin(right, () => 'joined', windows),
}

for (const [method, join] of Object.entries(joins))
  t.test(`a missing serde of a repartition before ${method} names ${method}, as the user called it`, async (t) => {
    const builder = new StreamsBuilder()
    const rekeyed = builder.stream(input).map((value) => ({ key: value.length, value: value.length }))
    join(rekeyed, builder.stream(topic('other', { key: Serdes.double, value: Serdes.string })))
    t.throws(() => new TopologyTestDriver(builder.build()), { message: new RegExp(`-repartition \\(${method}\\)`) })
  })

t.test('a missing serde of a repartition before an aggregation names groupByKey, if the user called it', async (t) => {
  const builder = new StreamsBuilder()
  const rekeyed = builder.stream(input).map((value) => ({ key: value.length, value: value.length }))
  rekeyed.groupByKey({ name: 'by-length' }).count()
  t.throws(() => new TopologyTestDriver(builder.build()), { message: /by-length-repartition \(groupByKey\)/ })
})
