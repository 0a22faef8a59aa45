import t from 'tap'
import type { Test } from 'tap'
import { seededChance } from '../../lib/clock/chance.ts'
import { ManualClock } from '../../lib/clock/manual-clock.ts'
import { sleep } from '../../lib/clock/clock.ts'
import { StreamsBuilder } from '../../lib/dsl/streams-builder.ts'
import { EmbeddedKafka } from '../../lib/embedded.ts'
import { KafkaStreams } from '../../lib/kafka-streams.ts'
import { topic } from '../../lib/model/topic.ts'
import { Serdes } from '../../lib/serde/serdes.ts'
import { createTopics, produce } from './running.ts'
import { comesTrue, simulate } from './simulated-time.ts'

// An administrator, NTP or a resumed machine sets the wall clock. Nothing that takes or measures a while may notice.

const input = topic('in', { key: Serdes.string, value: Serdes.string })
const hourMs = 3_600_000

/** An application that commits every 200 ms and punctuates every second, on a broker with the same clock. */
async function running(t: Test, work: (of: Parts) => Promise<void>): Promise<void> {
  const clock = new ManualClock(1_700_000_000_000)
  await using cluster = await EmbeddedKafka.open({ clock, chance: seededChance(7) })
  const parts: Parts = { clock, cluster, punctuated: [], warnings: [], committed }
  const builder = new StreamsBuilder()
  builder.stream(input).process<string, string>(() => ({
    init: (context) => void context.schedule(1000, 'wall-clock-time', (now) => void parts.punctuated.push(now)),
    process: () => undefined,
  }))
  const note = (message: string): void => void parts.warnings.push(message)
  const logger = { info: () => undefined, warn: note, error: note }
  const config = { applicationId: 'app', cluster, logger, commitIntervalMs: 200 }
  await simulate(clock, async () => {
    await createTopics(cluster, { in: 1 })
    await using streams = new KafkaStreams(builder.build(), config)
    await streams.start()
    await work(parts)
    t.same(parts.warnings, [])
  })

  async function committed(): Promise<number | undefined> {
    const admin = await cluster.admin({ clientId: 'test' })
    return (await admin.committedOffsets('app', [{ topic: 'in', partition: 0 }], 'any'))[0]?.offset
  }
}

interface Parts {
  readonly clock: ManualClock
  readonly cluster: Awaited<ReturnType<typeof EmbeddedKafka.open>>
  readonly punctuated: number[]
  readonly warnings: string[]
  readonly committed: () => Promise<number | undefined>
}

for (const [how, jumpMs] of [
  ['back', -hourMs],
  ['forward', hourMs],
] as const)
  t.test(`the clock is set ${how} by an hour: commits, punctuations and the session go on`, (t) =>
    running(t, async ({ clock, cluster, punctuated, committed }) => {
      await produce(cluster, input, [['k', 'first']])
      await comesTrue(clock, 'the first commit', async () => (await committed()) === 1)
      clock.jump(jumpMs)
      const [setMs, before] = [clock.monotonic(), punctuated.length]
      await produce(cluster, input, [['k', 'second']])
      await comesTrue(clock, 'the next commit', async () => (await committed()) === 2)
      t.ok(clock.monotonic() - setMs <= 300, `committed after ${clock.monotonic() - setMs} ms`)
      await sleep(clock, 10_000)
      t.ok(Math.abs(punctuated.length - before - 10) <= 2, `${punctuated.length - before} punctuations in 10 s`)
      t.ok(
        punctuated.slice(before + 1).every((now) => Math.abs(now - clock.now()) <= 11_000),
        'punctuations get the new time',
      )
    }),
  )
