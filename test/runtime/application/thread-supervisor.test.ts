import t from 'tap'
import { ManualClock } from '../../../lib/clock/manual-clock.ts'
import { TransportError } from '../../../lib/model/errors.ts'
import { ThreadSupervisor } from '../../../lib/runtime/application/thread-supervisor.ts'
import { silentLogger } from '../../../lib/runtime/logger.ts'
import type { OpenStreamThread } from '../../../lib/runtime/loop/open-stream-thread.ts'
import { resolveConfig } from '../../../lib/runtime/streams-config.ts'
import { EmbeddedCluster } from '../../../lib/transport/embedded/embedded-cluster.ts'
import { settle, simulate } from '../simulated-time.ts'
import { environment } from '../task-fixture.ts'

const unreachable = new TransportError('TRANSPORT_BROKER_UNREACHABLE', 'retriable', 'No Kafka broker can be reached.')

/** Threads that a test plays. `open` says how the next one opens; a thread ends as `end` says. */
function open(openings: (() => Promise<void>)[]) {
  const clock = new ManualClock(0)
  const cluster = new EmbeddedCluster({ clock })
  const calls: string[] = []
  const stopping = new AbortController()
  const ends: PromiseWithResolvers<void>[] = []
  const openThread = async (): Promise<OpenStreamThread> => {
    calls.push(`open at ${clock.now()}`)
    await openings.shift()?.()
    const end = Promise.withResolvers<void>()
    ends.push(end)
    return {
      thread: { leave: async () => end.resolve() } as OpenStreamThread['thread'],
      tasks: {} as OpenStreamThread['tasks'],
      heldUp: {} as OpenStreamThread['heldUp'],
      progress: {} as OpenStreamThread['progress'],
      run: () => end.promise,
      close: async () => void calls.push('close'),
      abandon: async () => end.resolve(),
    }
  }
  const config = resolveConfig({
    applicationId: 'app',
    cluster,
    logger: silentLogger,
    uncaughtExceptionHandler: () => 'replace-thread',
  })
  const supervisor = new ThreadSupervisor({
    config,
    environment: { ...environment, clock },
    global: null,
    stopping: stopping.signal,
    openThread,
    onReplace: () => void calls.push('replace'),
  })
  return { clock, calls, stopping, ends, supervisor }
}

t.test('an outage of ten minutes does not end an application whose handler replaces threads', async (t) => {
  const backMs = 600_000
  const openings: (() => Promise<void>)[] = []
  const { clock, calls, ends, supervisor } = open(openings)
  await supervisor.open()
  const away = async (): Promise<void> => {
    if (clock.now() < backMs) throw unreachable
  }
  openings.push(...Array.from({ length: 1000 }, () => away))
  const ended = supervisor.run()
  ends[0]!.reject(new Error('Records could not be written.'))
  for (await settle(); ends.length < 2 && clock.now() < 2 * backMs; await settle()) clock.advance(100)
  t.ok(clock.now() - backMs <= 1000, 'it goes on within a second of the return of the cluster')
  t.ok(calls.length < 700, 'the pauses between the tries grow')
  await supervisor.leave()
  t.equal(await ended, null)
})

t.test('an error of the next thread that does not pass ends the application', async (t) => {
  const failure = new Error('The state directory is gone.')
  const { clock, calls, ends, supervisor } = open([async () => undefined, () => Promise.reject(failure)])
  await simulate(clock, async () => {
    await supervisor.open()
    const ended = supervisor.run()
    ends[0]!.reject(new Error('boom'))
    t.same(await ended, { error: failure })
    t.same(calls, ['open at 0', 'replace', 'open at 100'])
  })
})

t.test('a thread that opens while the application closes is closed at once', async (t) => {
  const opened = Promise.withResolvers<void>()
  const { clock, calls, stopping, ends, supervisor } = open([async () => undefined, () => opened.promise])
  await simulate(clock, async () => {
    await supervisor.open()
    const ended = supervisor.run()
    ends[0]!.reject(new Error('boom'))
    while (calls.length < 3) await clock.yield()
    stopping.abort()
    await supervisor.leave()
    opened.resolve()
    t.equal(await ended, null)
    t.equal(calls.at(-1), 'close')
  })
})

t.test('an application that closes during an outage does not wait for its end', async (t) => {
  const openings: (() => Promise<void>)[] = []
  const { clock, stopping, ends, supervisor } = open(openings)
  await simulate(clock, async () => {
    await supervisor.open()
    openings.push(...Array.from({ length: 1000 }, () => () => Promise.reject(unreachable)))
    const ended = supervisor.run()
    ends[0]!.reject(new Error('boom'))
    while (clock.now() < 5000) await clock.yield()
    stopping.abort()
    t.equal(await ended, null)
    t.ok(clock.now() < 5100)
  })
})

t.test(
  'threads that fail soon after they began come back after growing pauses, so that their group is left in peace',
  async (t) => {
    const { clock, calls, ends, supervisor } = open([])
    await simulate(clock, async () => {
      await supervisor.open()
      const ended = supervisor.run()
      const fail = async (lifeMs: number): Promise<number> => {
        const at = clock.now() + lifeMs
        while (clock.now() < at) await clock.yield()
        const count = ends.length
        ends.at(-1)!.reject(new Error('A record that fails each time.'))
        while (ends.length === count) await clock.yield()
        return clock.now() - at
      }
      const pauses: number[] = []
      for (let failures = 0; failures < 10; failures++) pauses.push(await fail(50))
      t.ok(pauses[0]! < 200, `the first comes back after ${pauses[0]} ms`)
      t.ok(pauses[9]! >= 10_000 && pauses[9]! < 10_200, `the last after ${pauses[9]} ms`)
      t.same(
        pauses,
        pauses.toSorted((a, b) => a - b),
      )
      t.ok((await fail(60_000)) < 200, 'one that has lived for a minute comes back at once')
      await supervisor.leave()
      t.equal(await ended, null)
      t.equal(calls.filter((call) => call === 'replace').length, 11)
    })
  },
)
