import fc from 'fast-check'
import { test } from 'tap'
import { amountFault, nameFault } from '../../../app/web/page/side/rules.ts'
import { backlogLength, spotOf } from '../../../app/web/page/strip/replay.ts'
import { geometryOf } from '../../../app/web/page/strip/geometry.ts'
import { matchesTransfer, matchesUser } from '../../../app/web/page/table/filter.ts'
import { HeldList } from '../../../app/web/page/table/held-list.ts'
import { rowWindow, spareRows } from '../../../app/web/page/table/window.ts'
import { isDone, stepsOf } from '../../../app/web/page/tour/tour.ts'
import { KeyReader } from '../../../app/web/page/view/keys.ts'
import { live, parseView, statuses, urlOf } from '../../../app/web/page/view/view.ts'
import type { View } from '../../../app/web/page/view/view.ts'
import { terms } from '../../../app/web/page/words/terms.ts'
import type { Station, TraceHop } from '../../../app/contracts/feed.ts'
import { recordedState, transferRecord } from './feed-makers.ts'

test('the address says the view, and is read back as it was', async (t) => {
  const view: fc.Arbitrary<View> = fc.record({
    page: fc.constantFrom('live', 'records', 'graph', 'operate', 'hours'),
    kind: fc.constantFrom('transfers', 'users'),
    user: fc.string({ unit: 'binary' }).filter((text) => text.isWellFormed()),
    status: fc.option(fc.constantFrom(...statuses)),
    rec: fc.option(fc.record({ topic: fc.constantFrom('a.b-c_d', 'x'), p: fc.nat(99), o: fc.nat() })),
    letters: fc.constant(live.letters),
    letter: fc.constant(null),
    history: fc.constant(null),
    at: fc.constantFrom('', 'bank.users:7'),
    app: fc.constantFrom('', 'transfer-enricher'),
    open: fc.uniqueArray(fc.nat(20)),
    place: fc.constant(''),
    schema: fc.constant(null),
    range: fc.constantFrom('5m', '15m', '1h'),
  })
  fc.assert(
    fc.property(view, (shown) => {
      const url = new URL(urlOf(shown), 'http://page')
      return JSON.stringify(parseView(url.pathname, url.search)) === JSON.stringify(shown)
    }),
  )
  t.equal(urlOf(parseView('/records', '?status=FAILED&rec=a.b/3/12407')), '/records?status=FAILED&rec=a.b/3/12407')
  const letter = '/dead-letters/raw.bank.transfers.dlq/0/4?class=invalid-data&text=abc'
  const { pathname, search } = new URL(letter, 'http://page')
  t.match(parseView(pathname, search), {
    letter: { topic: 'raw.bank.transfers.dlq', p: 0, o: 4 },
    letters: { text: 'abc', state: '' },
  })
  t.equal(urlOf(parseView(pathname, search)), letter)
  t.equal(urlOf(parseView('/contracts/raw.bank.users', '')), '/contracts/raw.bank.users')
  t.equal(urlOf(parseView('/contracts/raw.bank.users', '?schema=12')), '/contracts/raw.bank.users?schema=12')
  t.equal(parseView('/contracts/raw.bank.users', '?schema=x').schema, null)
  const history = '/records/transfers/17?at=bank.users%3A7'
  t.match(parseView('/records/transfers/17', '?at=bank.users%3A7'), { page: 'records', history: { kind: 'transfers', id: 17 } })
  t.equal(urlOf(parseView('/records/transfers/17', '?at=bank.users%3A7')), history)
  t.equal(urlOf(parseView('/operate', '?range=1h')), '/operate?range=1h')
  const unknown = parseView('/', '?status=GONE&rec=a/b/c&kind=x&range=2d')
  t.match(unknown, { status: null, rec: null, kind: 'transfers', range: '15m' })
})

test('the rows in the document cover what is in sight, and their spacers all others', async () => {
  const layout = fc.record({
    total: fc.nat(5_000),
    rowHeight: fc.constantFrom(32, 56),
    visible: fc.integer({ min: 1, max: 20 }),
    part: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  fc.assert(
    fc.property(layout, ({ total, rowHeight, visible, part }) => {
      const scrollTop = part * Math.max(0, (total - visible) * rowHeight)
      const { first, count, above, below } = rowWindow({ total, rowHeight, visible, scrollTop })
      const firstInSight = Math.floor(scrollTop / rowHeight)
      const lastInSight = Math.min(total, Math.ceil(scrollTop / rowHeight + visible))
      const isWhole = above + below + count * rowHeight === total * rowHeight
      return isWhole && count <= visible + spareRows && first <= firstInSight && first + count >= Math.min(total, lastInSight)
    }),
  )
})

test('a held list does not shift, and counts what is newer', async (t) => {
  const list = new HeldList()
  list.offer([1, 2, 3])
  t.same(list.ids, [3, 2, 1])
  list.hold()
  list.offer([1, 2, 3, 4, 5])
  t.same(list.ids, [3, 2, 1])
  t.equal(list.newer, 2)
  list.release()
  list.offer([1, 2, 3, 4, 5])
  t.same(list.ids, [5, 4, 3, 2, 1])
  t.equal(list.newer, 0)
})

test('a list that is held before it has rows takes the first ones, and holds them', async (t) => {
  const list = new HeldList()
  list.hold()
  list.offer([1, 2])
  t.same(list.ids, [2, 1])
  list.hold()
  list.offer([1, 2, 3])
  t.same(list.ids, [2, 1])
  t.equal(list.newer, 1)
})

test('filters: a number is an id, other text is part of a name', async (t) => {
  const record = transferRecord({ id: 1, o: 0, users: [7, 12] })
  const match = (user: string, status: View['status'] = null): boolean => matchesTransfer(record, { user, status })
  t.same(['', '7', '12', ' bru', 'AMARA', 'x', '1'].map((text) => match(text)), [true, true, true, true, true, false, false]) // prettier-ignore
  t.notOk(match('', 'FAILED'))
  const user = recordedState().users[0]!
  t.ok(matchesUser(user, user.value!.name.slice(1, 3)))
  t.notOk(matchesUser(user, '99'))
})

test('a dot is between two stations only if both ends are known', async (t) => {
  const hop = (station: Station, seen: number): TraceHop => ({
    station,
    seen,
    topic: null,
    p: null,
    o: null,
    key: '1',
    cause: null,
    bytes: 1,
    schemaId: null,
    text: null,
    ms: null,
  })
  const hops = [hop('sql', 100), hop('raw', 110), hop('enriched', 130)]
  t.same(spotOf({ hops }, 0), { from: 0, to: 1, fraction: 0 })
  t.same(spotOf({ hops }, 100), { from: 0, to: 1, fraction: 0.5 })
  t.same(spotOf({ hops }, 400), { from: 1, to: 3, fraction: 0.5 })
  t.same(spotOf({ hops }, 700), { from: 3, to: 3, fraction: 0 })
  t.equal(spotOf({ hops }, 2_000), null)
  t.equal(spotOf({ hops: [] }, 0), null)
  t.same([0, 9, 999_999, 1e9].map((backlog) => Math.round(backlogLength(backlog) * 100) / 100), [0, 0.17, 1, 1]) // prettier-ignore
  t.same(geometryOf({ width: 600, height: 100, isVertical: false }).ticks, [50, 150, 250, 350, 450, 550])
})

test('keys: g and a letter, single keys, and rest while somebody types', async (t) => {
  const reader = new KeyReader()
  const press = (key: string, at = 0, more: object = {}): unknown =>
    reader.read({ key, at, hasModifier: false, isTyping: false, ...more })
  t.same([press('g'), press('r', 10)], [null, 'records'])
  t.same([press('g'), press('r', 2_000)], [null, null], 'too late')
  t.same([press('n'), press('x'), press('Escape')], ['transfer', null, 'close'])
  t.equal(press('n', 0, { isTyping: true }), null)
  t.equal(press('Escape', 0, { isTyping: true }), 'close')
  t.equal(press('p', 0, { hasModifier: true }), null)
})

test('what the bank would refuse is said before it is asked', async (t) => {
  t.equal(amountFault('10.05', false), null)
  t.equal(amountFault('9999999999999999.99', false), null)
  t.equal(amountFault('10.055', false), 'Amount has three decimals. Use 10.05.')
  t.match(amountFault('1e3', false), 'is not an amount')
  t.match(amountFault('0.00', false), 'Amount is 0')
  t.match(amountFault('99999999999999999', false), 'too large')
  t.match(amountFault('1', true), 'same user')
  t.equal(nameFault(' Bruno '), null)
  t.equal(nameFault('😀'.repeat(255)), null, 'as SQL counts them')
  t.match(nameFault('  '), 'at least one')
  t.match(nameFault('x'.repeat(256)), '256 characters')
})

test('a term is told in 25 words', async (t) => {
  for (const [name, text] of Object.entries(terms)) t.ok(text.split(/\s+/).length <= 25, `${name}: ${text}`)
})

test('the tour has the steps that the server allows, and each waits for its event', async (t) => {
  const { system } = recordedState()
  const names = (allows: object): string[] =>
    stepsOf({ ...system, allows: { ...system.allows, ...allows } }).map(({ name }) => name)
  t.same(names({}), ['stream', 'table', 'join', 'changelog', 'crash', 'poison'])
  t.same(names({ kill: false, wipe: false, poison: false }), ['stream', 'table', 'join'])
  const facts = { own: 'here', renamed: false, restored: false, recovered: true, refused: false } as const
  t.same(stepsOf(system).map(({ name }) => isDone(name, facts)), [true, false, false, false, true, false]) // prettier-ignore
  t.match(stepsOf({ ...system, guarantee: 'exactly_once_v2' })[4], { title: 'Exactly once: a crash does not even repeat.' })
})
