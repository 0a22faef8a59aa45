import fc from 'fast-check'
import { windowed, type Windowed } from '../../../lib/model/windowed.ts'
import { Serdes } from '../../../lib/serde/serdes.ts'
import type { SessionStore, UnemittedSessions } from '../../../lib/state/session/session-store.ts'
import type { StateStore } from '../../../lib/state/state-store.ts'
import type { SessionStoreSpec } from '../../../lib/state/store-spec.ts'
import { sessionStore } from '../../../lib/state/stores.ts'
import type { WindowedEntry } from '../../../lib/state/window/window-store.ts'
import { runs } from '../../laws/runs.ts'
import { checkpoint, open, storeTask, type StoreTask } from '../../state/store-fixture.ts'
import { committer, dropped, restored } from './restored.ts'
import type { StoreCase, StoreGround } from './store-case.ts'

type Sessions = SessionStore<string, string> & UnemittedSessions<string, string> & StateStore

const options = { key: Serdes.string, value: Serdes.string, retentionMs: 120_000 } as const
const bothExpiries = ['exact', 'segmented'] as const

function opened(ground: StoreGround, expiry: 'exact' | 'segmented', task: StoreTask = storeTask(ground)): Sessions {
  return open<Sessions>(sessionStore('s', { ...options, expiry, caching: 'enabled' }), task)
}

function fill(store: Sessions): void {
  for (const [key, startMs, endMs] of [
    ['b', 0, 10],
    ['a', 2, 5],
    ['a', 0, 10],
    ['a', 4, 10],
    ['ab', 7, 7],
    ['a', 50_000, 70_000],
    ['b', 60_000, 60_000],
  ] as const)
    store.put(windowed(key, startMs, endMs), `${startMs}-${endMs}`)
}

const shown = (rows: Iterable<WindowedEntry<string, string>>): string =>
  [...rows].map(({ key }) => `${key.key}@${key.startMs}-${key.endMs}`).join(' ')
const reversed = (rows: string): string => rows.split(' ').toReversed().join(' ')

/** Whatever lies in caches and buffers goes to storage. */
function store(sessions: Sessions, ground: StoreGround): void {
  sessions.flush()
  sessions.commit()
  checkpoint(sessions, ground.storage)
}

export const sessionCases: Readonly<Record<string, StoreCase>> = {
  'exact: sessions by end, then by key, the latest start first': (t, ground) => {
    const sessions = opened(ground, 'exact')
    fill(sessions)
    const all = 'a@2-5 ab@7-7 a@4-10 a@0-10 b@0-10 b@60000-60000 a@50000-70000'
    t.equal(shown(sessions.fetchRange(null, null)), all)
    t.equal(shown(sessions.backwardFetchRange(null, null)), reversed(all))
    store(sessions, ground)
    t.equal(shown(sessions.fetchRange(null, null)), all)
    t.equal(shown(sessions.fetchRange('a', 'ab')), 'a@2-5 ab@7-7 a@4-10 a@0-10 a@50000-70000')
    t.equal(shown(sessions.backwardFetchRange('ab', null)), 'b@60000-60000 b@0-10 ab@7-7')
    t.equal(shown(sessions.fetchRange('b', 'a')), '')
  },
  'segmented: sessions by segment, then by key, end and start': (t, ground) => {
    const sessions = opened(ground, 'segmented')
    fill(sessions)
    const all = 'a@2-5 a@0-10 a@4-10 ab@7-7 b@0-10 a@50000-70000 b@60000-60000'
    t.equal(shown(sessions.fetchRange(null, null)), all)
    store(sessions, ground)
    t.equal(shown(sessions.fetchRange(null, null)), all)
    t.equal(shown(sessions.backwardFetchRange(null, null)), reversed(all))
    t.equal(shown(sessions.fetchRange('a', 'ab')), 'a@2-5 a@0-10 a@4-10 ab@7-7 a@50000-70000')
  },
  'sessions that overlap a span of time, both bounds included': (t, ground) => {
    for (const expiry of bothExpiries) {
      const sessions = opened(ground, expiry)
      fill(sessions)
      t.equal(shown(sessions.findSessions('a', 5, 2)), 'a@2-5 a@0-10')
      t.equal(shown(sessions.findSessions('a', 6, 3)), 'a@0-10')
      t.equal(shown(sessions.findSessions('a', 11, 49_999)), '')
      t.equal(shown(sessions.backwardFindSessions('a', 11, 50_000)), 'a@50000-70000')
      t.equal(shown(sessions.findSessionsRange('a', 'ab', 6, 6)), expiry === 'exact' ? 'a@4-10 a@0-10' : 'a@0-10 a@4-10')
      t.equal(shown(sessions.backwardFindSessionsRange('ab', null, 10, 60_000)), 'b@60000-60000 b@0-10')
      t.equal(sessions.fetchSession('a', 4, 10), '4-10')
      t.equal(sessions.fetchSession('a', 4, 11), null)
      store(sessions, ground)
    }
  },
  'a session is removed, by remove or by a put of null': (t, ground) => {
    for (const expiry of bothExpiries) {
      const sessions = opened(ground, expiry)
      fill(sessions)
      store(sessions, ground)
      sessions.remove(windowed('a', 0, 10))
      sessions.put(windowed('a', 2, 5), null)
      t.equal(sessions.fetchSession('a', 0, 10), null)
      t.equal(shown(sessions.fetch('a')), 'a@4-10 a@50000-70000')
      t.equal(shown(sessions.backwardFetch('a')), 'a@50000-70000 a@4-10')
      store(sessions, ground)
      t.equal(shown(sessions.fetch('a')), 'a@4-10 a@50000-70000')
    }
  },
  'a key that begins another one is not mixed up with its sessions': (t, ground) => {
    for (const expiry of bothExpiries) {
      const sessions = opened(ground, expiry)
      for (const key of ['k', 'k\0', 'k\0\0', `k${'\0'.repeat(16)}`]) sessions.put(windowed(key, 0, 70_000), key)
      t.strictSame(
        [...sessions.fetch('k')].map(({ value }) => value),
        ['k'],
      )
      t.strictSame([...sessions.fetchRange('k', 'k\0\0')].map(({ value }) => value).sort(), ['k', 'k\0', 'k\0\0'])
      store(sessions, ground)
    }
  },
  'expiry of sessions: exact refuses and counts what ended as long ago as the retention, segmented only lost segments': (
    t,
    ground,
  ) => {
    for (const [expiry, count] of [
      ['exact', 2],
      ['segmented', 1],
    ] as const) {
      const task = storeTask(ground)
      const sessions = open<Sessions>(sessionStore(expiry, { ...options, expiry }), task)
      sessions.put(windowed('a', 0, 250_000), 'new')
      sessions.put(windowed('a', 0, 119_999), 'lost')
      sessions.put(windowed('a', 0, 130_000), 'late')
      sessions.put(windowed('a', 0, 130_001), 'in time')
      sessions.remove(windowed('a', 0, 119_999))
      t.equal(task.dropped.total, count, expiry)
      t.equal(shown(sessions.fetch('a')), 'a@0-130001 a@0-250000', 'what has expired is not read, even where it was written')
      t.equal(sessions.fetchSession('a', 0, 130_000), null)
    }
  },
  'sessions that are emitted on close are found by their end, and kept until then, but for java': (t, ground) => {
    for (const expiry of bothExpiries)
      for (const compatibility of ['safe', 'java'] as const) {
        const spec = { ...sessionStore(`${expiry}-${compatibility}`, { ...options, expiry }), emit: 'on-window-close' as const }
        const sessions = open<Sessions>(spec, storeTask({ ...ground, compatibility }))
        fill(sessions)
        t.equal(shown(sessions.findSessionsByEnd(7, 60_000)), expiry === 'exact' ? byEndExact : byEndSegmented)
        sessions.put(windowed('a', 900_000, 900_000), 'later')
        const all = 'a@2-5 ab@7-7 b@60000-60000 a@50000-70000 a@900000-900000'
        const found = shown([...sessions.findSessionsByEnd(0, 900_000)].filter(({ key }) => key.endMs !== 10))
        t.equal(found, compatibility === 'safe' ? all : 'a@900000-900000')
        if (compatibility === 'safe') sessions.keepFrom(840_000)
        store(sessions, ground)
        t.equal(shown(sessions.findSessionsByEnd(0, 900_000)), 'a@900000-900000')
        t.equal(shown(sessions.fetch('a')), 'a@900000-900000')
      }
  },
}

const byEndExact = 'ab@7-7 a@4-10 a@0-10 b@0-10 b@60000-60000'
const byEndSegmented = 'ab@7-7 a@0-10 b@0-10 a@4-10 b@60000-60000'

const bound = fc.integer({ min: 0, max: 40 }).map((time) => time * 10_000)
const session = fc
  .tuple(fc.constantFrom('', 'a', 'ab', 'b'), bound, bound)
  .map(([key, one, other]) => windowed(key, Math.min(one, other), Math.max(one, other)))
const steps = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.record({ do: fc.constant('put' as const), session, value: fc.string({ maxLength: 3 }) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('remove' as const), session }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('commit' as const) }) },
  ),
  { maxLength: 60, size: 'max' },
)
const kinds = fc.record({
  expiry: fc.constantFrom(...bothExpiries),
  emit: fc.constantFrom('on-window-update' as const, 'on-window-close' as const),
  compatibility: fc.constantFrom('safe' as const, 'java' as const),
})

export const sessionRestoreCases: Readonly<Record<string, StoreCase>> = {
  'a session store restored at any offset is the live store': (t, ground) => {
    let run = 0
    const law = fc.property(steps, kinds, (steps, { expiry, emit, compatibility }) => {
      const spec: SessionStoreSpec<string, string> = { ...sessionStore(`s${run++}`, { ...options, expiry }), emit }
      const task = storeTask({ ...ground, compatibility })
      const live = open<Sessions>(spec, task)
      const commits = committer(live, task, ground)
      for (const step of steps)
        if (step.do === 'commit') commits.run()
        else if (step.do === 'put') live.put(step.session, step.value)
        else if (isThere(live, step.session)) live.remove(step.session)
      const reopen = (): Sessions => open<Sessions>(spec, storeTask({ ...ground, compatibility }))
      const again = restored(reopen, task.log, commits.stored())
      for (const sessions of [live, again]) sessions.put(windowed('last', 0, 200_000), 'one')
      const isSame = reads(again, emit) === reads(live, emit)
      dropped(ground, spec.name)
      return isSame
    })
    t.doesNotThrow(() => fc.assert(law, runs(150)))
  },
}

function isThere(sessions: Sessions, { key, startMs, endMs }: Windowed<string>): boolean {
  return sessions.fetchSession(key, startMs, endMs) !== null
}

function reads(sessions: Sessions, emit: 'on-window-update' | 'on-window-close'): string {
  const rows = [sessions.fetchRange(null, null), sessions.backwardFetch('a')]
  if (emit === 'on-window-close') rows.push(sessions.findSessionsByEnd(0, 300_000))
  return JSON.stringify(rows.map((each) => [...each]))
}
