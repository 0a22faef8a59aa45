import t from 'tap'
import { seededChance } from '../../lib/clock/chance.ts'
import { ManualClock } from '../../lib/clock/manual-clock.ts'
import { EmbeddedKafka } from '../../lib/embedded.ts'
import { KafkaStreams, Serdes, StreamsBuilder, topic } from '../../lib/index.ts'
import type { Serde, StateRestoreListener } from '../../lib/index.ts'
import { silentLogger } from '../../lib/runtime/logger.ts'
import type { Cluster } from '../../lib/transport/cluster.ts'
import type { Fetcher } from '../../lib/transport/fetcher.ts'
import { createTopics, produce } from './running.ts'
import { comesTrue, settle, simulate } from './simulated-time.ts'

const never = (): Promise<never> => new Promise(() => undefined)

/** What an application on a clock of its own is given. Faults begin when the test says so. */
class Run {
  readonly clock = new ManualClock(1_700_000_000_000)
  readonly faults = { registry: false, brokers: false, output: false }
  cluster!: Awaited<ReturnType<typeof EmbeddedKafka.open>>

  async open(): Promise<KafkaStreams> {
    this.cluster = await EmbeddedKafka.open({ clock: this.clock, chance: seededChance(7) })
    await createTopics(this.cluster, { in: 2, out: 2 })
    return this.application()
  }

  application(): KafkaStreams {
    const builder = new StreamsBuilder()
    builder
      .stream(topic('in', { key: Serdes.string, value: this.#value() }))
      .to(topic('out', { key: Serdes.string, value: Serdes.string }))
    const timing = { commitIntervalMs: 200, maxPollIntervalMs: 3_600_000 }
    return new KafkaStreams(builder.build(), { applicationId: 'app', cluster: this.#faulty(), logger: silentLogger, ...timing })
  }

  /** Counts in memory, so that each start restores. */
  async counting(stateRestoreListener: StateRestoreListener): Promise<KafkaStreams> {
    if (this.cluster === undefined) await this.open()
    const builder = new StreamsBuilder()
    builder
      .stream(topic('in', { key: Serdes.string, value: Serdes.string }))
      .groupByKey()
      .count({ store: { name: 'counts', medium: 'memory' } })
    const timing = { commitIntervalMs: 200 }
    const logging = { logger: silentLogger, stateRestoreListener }
    return new KafkaStreams(builder.build(), { applicationId: 'counting', cluster: this.#faulty(), ...timing, ...logging })
  }

  write(): Promise<void> {
    return produce(this.cluster, topic('in', { key: Serdes.string, value: Serdes.string }), [
      ['1', 'one', 1],
      ['2', 'two', 2],
    ])
  }

  #value(): Serde<string> {
    return {
      name: 'registered',
      serialize: (text, context) => Serdes.string.serialize(text, context),
      deserialize: (bytes, context) => Serdes.string.deserialize(bytes, context),
      prepareRead: () => (this.faults.registry ? never() : Promise.resolve()),
    }
  }

  #faulty(): Cluster {
    const { cluster, faults } = this
    return {
      description: cluster.description,
      clock: cluster.clock,
      chance: cluster.chance,
      admin: (options) => cluster.admin(options),
      groupCoordinator: (options) => cluster.groupCoordinator(options),
      transactionalProducer: (options) => cluster.transactionalProducer(options),
      async fetcher(options): Promise<Fetcher> {
        const fetcher = await cluster.fetcher(options)
        return {
          fetch: async (...asked) => {
            const answer = await fetcher.fetch(...asked)
            return faults.brokers ? never() : answer
          },
          get heldBytes() {
            return fetcher.heldBytes
          },
          close: () => fetcher.close(),
        }
      },
      async producer(options) {
        const producer = await cluster.producer(options)
        return {
          newBatch: () => producer.newBatch(),
          send: async (at, batch) => (faults.output ? never() : producer.send(at, batch)),
          close: () => producer.close(),
        }
      },
    }
  }
}

/** An application becomes ready; then a fault begins, with records to process. Returns after how long it was not ready, in ms. */
async function notReadyAfter(fault: keyof Run['faults']): Promise<{ readonly ms: number; readonly what: readonly string[] }> {
  const run = new Run()
  return simulate(run.clock, async () => {
    const streams = await run.open()
    await streams.start()
    await comesTrue(run.clock, 'ready', () => streams.health().isReady)
    run.faults[fault] = true
    await run.write()
    const beganMs = run.clock.monotonic()
    await comesTrue(run.clock, 'not ready', () => !streams.health().isReady)
    const ms = run.clock.monotonic() - beganMs
    const what = streams.health().standstills.map((each) => each.what)
    await streams.close({ timeoutMs: 100 })
    return { ms, what }
  })
}

t.test('an application is not ready within 5 s of a registry, brokers or acknowledgements that do not come', async (t) => {
  for (const [fault, reason] of [
    ['registry', 'serdes'],
    ['brokers', 'fetch'],
    ['output', 'output'],
  ] as const) {
    const { ms, what } = await notReadyAfter(fault)
    t.ok(ms > 3000 && ms <= 5000, `${fault}: not ready after ${ms} ms`)
    t.ok(what.includes(reason), `${fault}: ${what.join(', ')}`)
  }
})

t.test('an application that starts, pauses or has ended is not ready; one that runs is', async (t) => {
  const run = new Run()
  await simulate(run.clock, async () => {
    const streams = await run.open()
    t.match(streams.health(), { isLive: true, isReady: false, reasons: ['The application is created.'] })
    await streams.start()
    await comesTrue(run.clock, 'running', () => streams.state === 'running')
    t.match(streams.health(), { state: 'running', isLive: true, isReady: true, reasons: [], standstills: [] })
    streams.pause()
    t.same(streams.health().reasons, ['The application is paused.'])
    streams.resume()
    t.ok(streams.health().isReady)
    await streams.close()
    t.match(streams.health(), { isLive: false, isReady: false })
  })
})

t.test('an application that restores is not ready, and is within a second of the end of it', async (t) => {
  const run = new Run()
  await simulate(run.clock, async () => {
    const filling = await run.counting({})
    await filling.start()
    await comesTrue(run.clock, 'ready', () => filling.health().isReady)
    await run.write()
    await comesTrue(run.clock, 'counted', async () => (await filling.store<string, number>('counts').get('2')) === 1)
    await filling.close()

    const during: string[] = []
    let endMs = NaN
    const streams = await run.counting({
      onRestoreStart: () => void during.push(...streams.health().reasons),
      onRestoreEnd: () => void (endMs = run.clock.monotonic()),
    })
    await streams.start()
    await comesTrue(run.clock, 'ready', () => streams.health().isReady)
    const ms = run.clock.monotonic() - endMs
    t.ok(ms <= 1000, `ready ${ms} ms after the restore`)
    t.ok(during.length > 0, 'restored, and not ready meanwhile')
    await streams.close()
  })
})

t.test('30 idle minutes: no false alarm, with a probe twice a second, nor for a record after them', async (t) => {
  const run = new Run()
  const streams = await simulate(run.clock, async () => {
    const opened = await run.open()
    await opened.start()
    await comesTrue(run.clock, 'ready', () => opened.health().isReady)
    return opened
  })
  const alarms: string[] = []
  const probe = async (seconds: number): Promise<void> => {
    for (let step = 1; step <= 2 * seconds; step++) {
      run.clock.advance(500)
      await settle()
      alarms.push(...streams.health().reasons)
    }
  }
  await probe(1800)
  t.same(alarms, [])
  await simulate(run.clock, () => run.write())
  await probe(10)
  t.same(alarms, [])
  await simulate(run.clock, () => streams.close())
})
