import v8 from 'node:v8'
import t from 'tap'
import { seededChance } from '../../lib/clock/chance.ts'
import { sleep } from '../../lib/clock/clock.ts'
import { ManualClock } from '../../lib/clock/manual-clock.ts'
import { EmbeddedKafka } from '../../lib/embedded.ts'
import { KafkaStreams } from '../../lib/kafka-streams.ts'
import { silentLogger } from '../../lib/runtime/logger.ts'
import { openConsumer } from '../../lib/transport/topic-clients/open-topic-clients.ts'
import { createTopics } from './running.ts'
import { simulate } from './simulated-time.ts'
import { lines, wordCount } from './word-count.ts'

// What waits for a promise is held for as long as that promise is pending. So a loop must not wait, again and again, for one that
// lives as long as the application.

/** How many promises there are that somebody holds. */
const held = (): number => v8.queryObjects(Promise, { format: 'count' }) as unknown as number

t.test('a thread holds as much after many turns as after some', async (t) => {
  const clock = new ManualClock(1_000_000)
  await simulate(clock, async () => {
    await using cluster = await EmbeddedKafka.open({ clock, chance: seededChance(1) })
    await createTopics(cluster, { lines: 1, counts: 1 })
    await using streams = new KafkaStreams(wordCount(), { applicationId: 'app', cluster, logger: silentLogger })
    await streams.start()
    await sleep(clock, 5000)
    const before = held()
    await sleep(clock, 30_000)
    const after = held()
    t.ok(after - before < 50, `${before} promises, then ${after}`)
  })
})

t.test('a member of a group holds as much after many rebalances as after some', async (t) => {
  await using cluster = await EmbeddedKafka.open()
  await createTopics(cluster, { lines: 1 })
  const open = () => openConsumer(cluster, { clientId: 'test', topics: [lines], groupId: 'group', heartbeatIntervalMs: 5 })
  const member = await open()
  t.teardown(() => member.close())
  /** Another member comes and goes. */
  const rebalance = async (times: number): Promise<number> => {
    for (let time = 0; time < times; time++) {
      const other = await open()
      await new Promise((resolve) => setTimeout(resolve, 15))
      await other.close()
    }
    return held()
  }
  const before = await rebalance(10)
  const after = await rebalance(30)
  t.ok(after - before < 100, `${before} promises, then ${after}`)
})
