import { test } from 'tap'
import type { State } from '../../../app/contracts/feed.ts'
import { FeedClient } from '../../../app/web/page/feed/feed-client.ts'
import type { FeedEvent, FeedListener, FeedStatus } from '../../../app/web/page/feed/feed-client.ts'
import { PageStore } from '../../../app/web/page/store/page-store.ts'
import { batchOf, emptyState, transferRecord } from './feed-makers.ts'

interface Line {
  readonly at: string
  readonly ledger: number
  readonly listener: FeedListener
  isOpen: boolean
}

interface Bench {
  readonly client: FeedClient
  readonly store: PageStore
  readonly lines: Line[]
  readonly statuses: FeedStatus[]
  readonly resets: string[]
  /** Answers of `/api/state` to come; an error is no answer. */
  readonly states: (State | Error)[]
  readonly timers: { ms: number; task: () => void; isDue: boolean }[]
}

/** A client with a state loaded, and its first line open. */
async function open(states: (State | Error)[] = [emptyState({ vector: 'v0' })]): Promise<Bench> {
  const store = new PageStore({ wall: () => 5_000, monotonic: () => 5_000 })
  const made: Omit<Bench, 'client'> = { store, lines: [], statuses: [], resets: [], states, timers: [] }
  const client = new FeedClient(store, {
    getState: async () => {
      const state = made.states.shift() ?? emptyState({ vector: 'again' })
      if (state instanceof Error) throw state
      return state
    },
    open: ({ at, ledger }, listener) => {
      const line = { at, ledger, listener, isOpen: true }
      made.lines.push(line)
      return () => (line.isOpen = false)
    },
    wall: () => 5_000,
    after: (ms, task) => {
      const timer = { ms, task, isDue: true }
      made.timers.push(timer)
      return () => (timer.isDue = false)
    },
    onStatus: (status) => made.statuses.push(status),
    onReset: ({ reason }) => made.resets.push(reason),
  })
  client.start()
  await turns()
  return { client, ...made }
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve()
}

const batch = (o: number, id: string): FeedEvent => ({ name: 'batch', id, data: batchOf([transferRecord({ id: o + 1, o })]) })
const last = <T>(list: readonly T[]): T => list.at(-1)!

async function elapse({ timers }: Bench): Promise<void> {
  const due = timers.filter(({ isDue }) => isDue)
  for (const timer of due.filter(({ ms }) => ms < 10_000)) {
    timer.isDue = false
    timer.task()
  }
  await turns()
}

test('state first, then the stream from its vector and its ledger', async (t) => {
  const { lines } = await open()
  t.match(lines, [{ at: 'v0', ledger: 0, isOpen: true }])
})

test('a stream that ends is resumed at the last whole batch', async (t) => {
  const bench = await open()
  last(bench.lines).listener.event(batch(0, 'v1'))
  last(bench.lines).listener.failed('cut')
  t.match(last(bench.statuses), { kind: 'offline', since: 5_000, nextTryAt: 5_200 })
  await elapse(bench)
  t.match(last(bench.lines), { at: 'v1', isOpen: true })
  t.equal(bench.lines[0]!.isOpen, false)
  last(bench.lines).listener.opened()
  t.same(last(bench.statuses), { kind: 'live' })
})

test('a gap resumes at once where it began', async (t) => {
  const { lines } = await open()
  last(lines).listener.event(batch(0, 'v1'))
  last(lines).listener.event(batch(2, 'v3'))
  t.match(last(lines), { at: 'v1', isOpen: true })
  t.equal(lines.length, 2)
})

test('a place that stays a gap is left by reading the state again', async (t) => {
  const bench = await open()
  for (let time = 0; time < 5; time++) last(bench.lines).listener.event(batch(2, 'v3'))
  await turns()
  t.equal(last(bench.lines).at, 'again')
  t.equal(bench.lines.length, 6)
})

test('overflow resumes; other topics load the state again', async (t) => {
  const bench = await open()
  last(bench.lines).listener.event({ name: 'overflow', id: '', data: { bytes: 1, ms: 1 } })
  t.equal(last(bench.lines).at, 'v0')
  last(bench.lines).listener.event({ name: 'reset', id: '', data: { reason: 'other-topics', detail: '' } })
  await turns()
  t.equal(last(bench.lines).at, 'again')
  t.same(bench.resets, ['other-topics'])
})

test('no server: tries after 0.2, 0.5, 1 and then every 3 s, or at once if asked', async (t) => {
  const bench = await open(Array.from({ length: 6 }, () => new Error('the server answers 502')))
  const waits: number[] = []
  for (let time = 0; time < 5; time++) {
    const status = last(bench.statuses)
    if (status.kind === 'offline') waits.push(status.nextTryAt - 5_000)
    await elapse(bench)
  }
  t.same(waits, [200, 500, 1_000, 3_000, 3_000])
  t.match(last(bench.statuses), { reason: 'the server answers 502' })
  bench.client.tryNow()
  await turns()
  t.equal(last(bench.lines).at, 'again')
})

test('silence for 10 s is a broken line', async (t) => {
  const bench = await open()
  bench.timers.find(({ ms, isDue }) => ms === 10_000 && isDue)!.task()
  t.match(last(bench.statuses), { kind: 'offline' })
})

test('a hidden tab closes its stream, and resumes when it is seen', async (t) => {
  const { client, lines, statuses } = await open()
  last(lines).listener.event(batch(0, 'v1'))
  client.sleep()
  t.same(last(statuses), { kind: 'asleep' })
  t.equal(last(lines).isOpen, false)
  client.wake()
  t.match(last(lines), { at: 'v1', isOpen: true })
})
