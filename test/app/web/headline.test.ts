import { test } from 'tap'
import { headline } from '../../../app/web/page/headline/headline.ts'
import type { HeadlineFacts } from '../../../app/web/page/headline/headline.ts'
import { recordedFeed, recordedState } from './feed-makers.ts'

const { system } = recordedState()
const facts: HeadlineFacts = {
  system,
  feed: { kind: 'live' },
  reset: null,
  serverNow: system.at,
  now: 0,
  pending: 0,
  missing: 0,
  names: ['Amara', 'Bruno'],
}
const outage = { deadPid: 7, newPid: 8, signal: 'SIGKILL', at: 1_000, backAt: 3_100, recoveredAt: 4_400, waited: 17, count: 1 }

test('each state has its words', async (t) => {
  const say = (change: Partial<HeadlineFacts>): string => {
    const { title, sentence } = headline({ ...facts, ...change })
    return `${title} · ${sentence}`
  }
  t.equal(say({}), 'Amara sends Bruno 10.00 · One insert in SQL. Follow it to this page.')
  t.equal(say({ system: null }), 'Starting · The page asks the server for its state.')
  t.equal(say({ system: { ...system, phase: 'starting' } }), 'Starting · Broker 812 ms, 5 of 5 applications.')
  t.equal(say({ system: { ...system, phase: 'paused' } }), 'Paused · Your own transfers still flow.')
  const killed = { ...system, phase: 'killed', outage: { ...outage, backAt: null }, waiting: 15 } as const
  t.equal(
    say({ system: killed, serverNow: 2_200, pending: 2 }),
    'Killed with -9, 1.2 s ago · Broker and applications are gone (process 7). 17 writes wait with their keys.',
  )
  t.match(say({ system: { ...killed, waiting: 1 } }), '1 write waits with its key.')
  t.match(say({ system: { ...killed, waiting: 0 } }), 'No write waits.')
  const restoring = { ...system, phase: 'restoring', outage, waiting: 17, restore: { done: 12_300, total: 40_000 } } as const
  t.equal(say({ system: restoring }), 'Back after 2.1 s · Restoring 12,300 of 40,000 records, then the 17 writes.')
  t.equal(say({ system: { ...restoring, outage: null, waiting: 0 } }), 'Restoring · Restoring 12,300 of 40,000 records.')
  const recovered = { ...system, phase: 'recovered', outage, since: 0 } as const
  t.equal(
    say({ system: recovered, serverNow: 9_999 }),
    'Killed and back in 3.4 s · 17 waiting writes sent once. Missing 0. Process 7 is now 8.',
  )
  t.match(say({ system: recovered, serverNow: 10_000 }), 'Amara sends Bruno', 'after 10 s it is a running pipeline')
  const offline = { kind: 'offline', since: 0, nextTryAt: 3_000, reason: '' } as const
  t.match(say({ feed: offline, now: 500 }), /^No server since .* · What you see is from then\. Next try in 3 s\.$/)
  t.match(say({ feed: offline, now: 3_000 }), 'Trying now.')
  t.match(
    say({ reset: { reason: 'other-topics', detail: '' } }),
    'The topics are new · Another cluster or directory: view reloaded.',
  )
  t.match(say({ reset: { reason: 'expired', detail: '' } }), 'view reloaded.')
  t.match(say({ reset: { reason: 'started', detail: '' } }), 'Amara sends Bruno', 'a pipeline that has started is no news')
})

test('the recorded feed goes through its states', async (t) => {
  const states = recordedFeed().flatMap((event) =>
    event.event === 'system' ? [headline({ ...facts, system: event.data, serverNow: event.data.at }).state] : [],
  )
  t.same(states.filter((state, index) => state !== states[index - 1]), ['running', 'killed', 'restoring', 'recovered', 'paused', 'running']) // prettier-ignore
})
