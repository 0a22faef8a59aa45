import t from 'tap'
import { seededChance } from '../../lib/clock/chance.ts'
import { ManualClock } from '../../lib/clock/manual-clock.ts'
import { StreamsBuilder } from '../../lib/dsl/streams-builder.ts'
import { EmbeddedKafka } from '../../lib/embedded.ts'
import { KafkaStreams } from '../../lib/kafka-streams.ts'
import { topic } from '../../lib/model/topic.ts'
import { silentLogger } from '../../lib/runtime/logger.ts'
import { Serdes } from '../../lib/serde/serdes.ts'
import { consume, createTopics, produce } from './running.ts'
import { comesTrue, simulate } from './simulated-time.ts'

const strings = { key: Serdes.string, value: Serdes.string }
const orders = (country: string) => topic(`orders-${country}`, strings)
const all = topic('all', strings)

t.test('a topic that is made after the start, and that a pattern matches, is read without a restart', async (t) => {
  const clock = new ManualClock(1_000_000)
  await using cluster = await EmbeddedKafka.open({ clock, chance: seededChance(7) })
  const builder = new StreamsBuilder()
  builder.stream({ pattern: /orders-.*/, ...strings }).to(all)
  const seen = async () => (await consume(cluster, all)).map(([, value]) => value).sort()
  await simulate(clock, async () => {
    await createTopics(cluster, { 'orders-de': 1, all: 1 })
    const open = () => new KafkaStreams(builder.build(), { applicationId: 'app', cluster, logger: silentLogger })
    await using first = open()
    await first.start()
    await produce(cluster, orders('de'), [['a', 'de']])
    await comesTrue(clock, 'de', async () => (await seen()).length === 1)
    await createTopics(cluster, { 'orders-fr': 2 })
    await produce(cluster, orders('fr'), [['b', 'fr'], ['c', 'fr too'], ['d', 'and fr']]) // prettier-ignore
    const before = clock.now()
    await comesTrue(clock, 'fr', async () => (await seen()).length === 4)
    t.ok(clock.now() - before < 20_000, `after ${clock.now() - before} ms`)
    t.same(first.localTasks().map(({ taskId }) => taskId), ['0_0', '0_1']) // prettier-ignore
  })
  t.same(await simulate(clock, seen), ['and fr', 'de', 'fr', 'fr too'], 'each once')
})
