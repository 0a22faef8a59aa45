import { signal } from '@preact/signals'
import { test } from 'tap'
import type { Phase } from '../../../app/contracts/feed.ts'
import type { Own, Rename } from '../../../app/web/page/app/writes.ts'
import { TourState } from '../../../app/web/page/tour/tour-state.ts'
import { batchOf, emptyState, openStore, transferRecord } from './feed-makers.ts'

interface Bench {
  readonly tour: TourState
  readonly own: (state: Own['state']) => void
  readonly rename: () => void
  readonly phase: (phase: Phase, kills?: number) => void
  /** Lets so many ms go by, and says the step then, with `!` if it is done. */
  readonly after: (ms: number) => string
}

function open(): Bench {
  const { store, time } = openStore(emptyState())
  const own = signal<Own | null>(null)
  const rename = signal<Rename | null>(null)
  const tourIsOver = signal(false)
  const memory = { tourIsOver, beginTour: () => void (tourIsOver.value = false), endTour: () => void (tourIsOver.value = true) }
  const tour = new TourState(store, { own, rename }, memory)
  let keys = 0
  return {
    tour,
    own: (state) => (own.value = { key: 'own', id: 1, state, ms: 1 }),
    rename: () => {
      const cause = `bank.users:${++keys}`
      store.addBatch(batchOf([transferRecord({ id: 1, o: keys - 1, cause })]), `v${keys}`)
      rename.value = { key: cause, userId: 2, name: 'B', causeBefore: null, isAcknowledged: true, cause }
    },
    phase: (phase, kills = 0) => {
      const outage = { deadPid: 1, newPid: 2, signal: 'SIGKILL', at: 0, backAt: 0, recoveredAt: 0, waited: 0, count: kills }
      store.setSystem({ ...store.system!, at: time.ms, since: time.ms, phase, outage: kills === 0 ? null : outage })
    },
    after: (ms) => {
      time.ms += ms
      tour.look(time.ms)
      const view = tour.view.value
      return view === null ? 'over' : `${view.step.name}${view.isDone ? '!' : ''}`
    },
  }
}

test('each step goes on by its event, four seconds after it', async (t) => {
  const { own, rename, phase, after } = open()
  t.equal(after(60_000), 'stream', 'time alone does nothing')
  own('acknowledged')
  t.equal(after(0), 'stream')
  own('here')
  t.equal(after(0), 'stream!')
  t.equal(after(3_999), 'stream!')
  t.equal(after(1), 'table', 'the same transfer is what the second step waits for')
  own('settled')
  t.equal(after(0), 'table!')
  t.equal(after(4_000), 'join')
  rename()
  t.equal(after(0), 'join!')
  t.equal(after(4_000), 'changelog')
  phase('restoring')
  t.equal(after(0), 'changelog')
  phase('running')
  t.equal(after(0), 'changelog!')
  t.equal(after(4_000), 'crash')
  phase('recovered', 1)
  t.equal(after(9_999), 'crash', 'while the headline tells of the outage, the step waits')
  t.equal(after(1), 'crash!')
  t.equal(after(4_000), 'poison')
  t.equal(after(60_000), 'poison', 'the last step stays')
})

test('what happened before a step does not do it', async (t) => {
  const { tour, own, rename, after } = open()
  own('settled')
  rename()
  t.equal(after(0), 'stream')
  tour.next()
  tour.next()
  t.equal(after(0), 'join')
  rename()
  t.equal(after(0), 'join!')
})

test('the tour can be skipped, ended and begun again', async (t) => {
  const { tour, after } = open()
  for (let step = 0; step < 6; step++) tour.next()
  t.equal(after(0), 'over')
  tour.begin()
  t.equal(after(0), 'stream')
  tour.end()
  t.equal(after(0), 'over')
})
