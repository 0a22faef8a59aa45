import t from 'tap'
import type { WatchedApplication, WatchedRule } from '../../../app/contracts/operations.ts'
import { pathOf } from '../../../app/web/page/operate/chart-path.ts'
import {
  byUrgency,
  lagText,
  restoreText,
  span,
  summaryOf,
  tasksText,
  valueText,
} from '../../../app/web/page/operate/operate-words.ts'

const application: WatchedApplication = {
  name: 'enricher',
  instances: 1,
  state: 'running',
  tasks: { running: 1, all: 1 },
  lags: {},
  restores: {},
}
const rule = (name: string, state: WatchedRule['state']): WatchedRule => ({
  name,
  state,
  severity: 'page',
  expression: '',
  forMs: 0,
  next: '',
  alerts: [],
})

t.test('what an application has still to do is said by topic and by store', async (t) => {
  t.equal(lagText(application), '–', 'nobody has told')
  t.equal(lagText({ ...application, lags: { a: 0, b: 0 } }), '0')
  t.equal(lagText({ ...application, lags: { a: 1200, b: 0, c: 3 } }), '1,203: 1,200 of a, 3 of c')
  t.equal(restoreText(application), '–')
  t.equal(restoreText({ ...application, restores: { rows: { done: 12_300, total: 40_000 } } }), 'rows 12,300 of 40,000')
  t.equal(tasksText(application), '1 task')
  t.equal(tasksText({ ...application, tasks: { running: 4, all: 6 }, instances: 2 }), '4 of 6 tasks run, 2 processes')
})

t.test('one sentence says how it is; what needs somebody comes first', async (t) => {
  const service = { name: 'sink', kind: 'service', state: 'up', reason: null, since: 0 } as const
  const now = { at: 0, since: 0, everyMs: 5000, services: [service], applications: [], rules: [] }
  t.equal(summaryOf(now), 'All 1 are up, no alert.')
  const rules = [rule('a', 'inactive'), rule('b', 'firing'), rule('c', 'unknown'), rule('d', 'pending')]
  t.equal(summaryOf({ ...now, services: [service, { ...service, state: 'down' }], rules }), '1 of 2 are not up, 1 alert.')
  t.same(
    byUrgency(rules).map(({ name }) => name),
    ['b', 'd', 'c', 'a'],
  )
})

t.test('values have their units, and chosen times are short', async (t) => {
  t.equal(valueText(0.0421, 's'), '42 ms')
  t.equal(valueText(1, 'records'), '1 record')
  t.equal(valueText(1204, 'records'), '1,204 records')
  t.equal(valueText(3.14159, 'records/s'), '3.1/s')
  t.equal(valueText(1204.4, 'records/s'), '1,204/s')
  t.same([span(5000), span(60_000)], ['5 s', '1 min'])
})

t.test('a line has holes where nothing was known', async (t) => {
  t.equal(pathOf([0, 10, null, 5, null], 10), 'M0 39h0.1L60 1M180 20h0.1')
})
