import { JoinWindows, Serdes, StreamsBuilder, topic } from 'millrace'
import type { Page } from 'playwright-core'
import type { Test } from 'tap'
import { described } from '../../../app/topology/described.ts'
import { topologyDocument } from '../../../app/topology/document.ts'
import { pageTest, until, withBrowser } from './browser-test.ts'
import type { Bench } from './browser-test.ts'
import type { FakeServer } from '../fake/fake-server.ts'

const text = { key: Serdes.string, value: Serdes.string }

/** A topology that the page has never seen: two streams joined within a window, one of them by another key. */
function windowedJoin() {
  const builder = new StreamsBuilder()
  const orders = builder.stream(topic('orders', text)).selectKey((order) => order)
  const windows = JoinWindows.of({ beforeMs: 60_000, afterMs: 60_000, graceMs: 0 })
  orders.join(builder.stream(topic('payments', text)), (order, payment) => order + payment, windows, text).to(topic('paid', text))
  return builder.build()
}

const topology = windowedJoin()
const document = topologyDocument('swapped-in', topology)

const drawn = (page: Page): Promise<string[]> =>
  page.$$eval('.graph [data-kind]', (nodes) =>
    nodes.map((node) => `${node.getAttribute('data-kind')} ${node.getAttribute('data-name')}`),
  )

await withBrowser(async (bench) => {
  await drawsAnyTopology(bench)
  await showsHours(bench)
  await showsContracts(bench)
})

async function drawsAnyTopology(bench: Bench): Promise<void> {
  await pageTest(
    'UI5: a topology with a windowed join is swapped in: the graph is describe(), node by node, with rates, rows, owners and restores',
    bench,
    { server: { rate: 0 } },
    async (t, { page, server, faults }) => {
      const { analytics, pipeline } = server
      analytics.topologies.set(document.applicationId, document)
      const store = document.parts.flatMap(({ stores }) => stores)[0]!.name
      analytics.flow = {
        at: 1000,
        topics: { orders: 100, payments: 50, paid: 10 },
        stores: { [store]: { rows: 1203, atLeast: false } },
      }
      pipeline.setSystem({ owners: [{ application: 'swapped-in', task: '1_0', instance: 'process 42' }] })
      await page.keyboard.press('g')
      await page.keyboard.press('g')
      await until('it is drawn', async () => (await page.locator('.graph .part').count()) === document.parts.length)
      const topics = [...new Set(described(topology.describe()).flatMap(({ nodes }) => nodes.flatMap((node) => node.topics)))]
      t.same(
        (await drawn(page)).toSorted(),
        topics.map((name) => `topic ${name}`).toSorted(),
        'closed: topics and sub-topologies',
      )

      await page.click('text=Open all')
      const nodes = described(topology.describe()).flatMap((part) => part.nodes)
      const stores = new Set(nodes.flatMap((node) => node.stores))
      const expected = [
        ...topics.map((name) => `topic ${name}`),
        ...nodes.map(({ kind, name }) => `${kind} ${name}`),
        ...[...stores].map((name) => `store ${name}`),
      ]
      await until('all is open', async () => (await drawn(page)).length === expected.length)
      t.same((await drawn(page)).toSorted(), expected.toSorted())
      const arrows = nodes.reduce(
        (sum, { topics: own, successors, stores: used }) => sum + own.length + successors.length + used.length,
        0,
      )
      t.equal(await page.locator('.graph path.flow, .graph path.inner').count(), arrows)

      const said = (kind: string, name: string): Promise<string | null> =>
        page.textContent(`.graph [data-kind="${kind}"][data-name="${name}"]`)
      t.match(await said('store', store), '1,203 rows')
      analytics.flow = { ...analytics.flow, at: 3000, topics: { orders: 300, payments: 50, paid: 10 } }
      await until('the rate is shown', async () => (await said('topic', 'orders'))!.includes('300, 100/s'))
      t.match(await said('topic', 'payments'), '50, 0/s')
      analytics.tasks = { ...analytics.tasks, restores: { [store]: { done: 12_300, total: 40_000 } } }
      await until('the restore is shown', async () => (await said('store', store))!.includes('12,300 of 40,000'))
      await asksAStore(t, { page, server }, store)
      t.equal(new URL(page.url()).pathname, '/graph')
      await page.reload()
      await until('the address keeps what is open', async () => (await drawn(page)).length === expected.length)
      await until('who has its tasks is told', async () =>
        /1_0, process 42/.test((await page.textContent('.graph .part >> nth=1'))!),
      )
      t.same(faults, [])
    },
  )
}

/** By keyboard: a store is chosen, a key is typed, and the answer says where the row is. */
async function asksAStore(
  t: Test,
  { page, server }: { readonly page: Page; readonly server: FakeServer },
  store: string,
): Promise<void> {
  const place = { partition: 3, task: '1_3', instance: 'process 42' }
  const row = { key: '<b>7</b>', value: '{"name":"Amara"}', startMs: 60_000, endMs: null, ...place }
  server.analytics.rows = {
    store,
    kind: 'window',
    keys: 'string',
    rows: [row],
    isMore: false,
    asked: [3],
    away: [],
    unreadable: [],
  }
  await page.focus(`.graph [data-kind="store"][data-name="${store}"]`)
  await page.keyboard.press('Enter')
  await until('the key has the focus', async () => (await page.locator('#store-key:focus').count()) === 1)
  t.equal(await addressAfterTyping(page, '<b>7'), '<b>7', 'the address follows before the next frame')
  await page.keyboard.press('End')
  await page.keyboard.type('</b>')
  await page.keyboard.press('Enter')
  await until('the row is there', async () => (await page.locator('.store tbody tr').count()) === 1)
  t.match(await page.textContent('.store tbody tr'), /<b>7<\/b>1970-01-01T00:01:00.000Z, open.*"Amara".*p31_3, process 42/)
  t.equal(new URL(page.url()).searchParams.get('key'), '<b>7</b>')
  server.analytics.rows = { ...server.analytics.rows, rows: [] }
  await page.keyboard.press('Enter')
  await until('it is said that it is not there', async () =>
    /^No row under this key\. Asked: partition 3\.$/.test((await page.textContent('.store [role=status]'))!),
  )
}

/** What the address says of the key that was typed, in the same turn of the page. */
function addressAfterTyping(page: Page, key: string): Promise<string | null> {
  const type = async (input: Element, typed: string): Promise<string | null> => {
    const field = input as HTMLInputElement
    field.value = typed
    field.dispatchEvent(new Event('input', { bubbles: true }))
    for (let turn = 0; turn < 10; turn++) await Promise.resolve()
    return new URLSearchParams(location.search).get('key')
  }
  return page.$eval('#store-key', type, key)
}

async function showsHours(bench: Bench): Promise<void> {
  await pageTest(
    'N1, N4: hours and alerts are on a page, reached by keyboard',
    bench,
    { server: { rate: 0 } },
    async (t, { page, server, faults }) => {
      const { analytics, pipeline } = server
      const windowStart = Date.parse('2026-11-28T14:00:00Z')
      const sent = { sentCount: 2, sentTotal: '15.50' }
      const hour = { userId: pipeline.addUser('<b>Amara</b>'), windowStart, windowEnd: windowStart + 3_600_000, ...sent }
      analytics.hours = [
        { ...hour, final: true, corrected: { sentCount: 1, sentTotal: '5.50' } },
        { ...hour, windowStart: windowStart - 3_600_000, windowEnd: windowStart, final: false, corrected: sent },
      ]
      await page.keyboard.press('g')
      await page.keyboard.press('h')
      await until('both hours are there', async () => (await page.locator('.hours tbody tr').count()) === 2)
      const rows = await page.locator('.hours tbody tr').allTextContents()
      t.match(rows[0], /<b>Amara<\/b>2.*15\.50.*5\.50 \(1\)final$/)
      t.match(rows[1], /15\.50.*15\.50live$/)
      t.match(await page.textContent('.hours >> nth=0'), 'No alert in 15 minutes.')
      const now = Date.now()
      const alert = { alertId: 'a', userId: hour.userId, rule: 'VELOCITY', windowStart: now - 60_000, windowEnd: now } as const
      analytics.alerts = [{ ...alert, observed: '5', threshold: '5', transferIds: [1, 2, 3, 4, 5] }]
      await until('the alert is there', async () => (await page.locator('.alerts li').count()) === 1)
      t.match(await page.textContent('.alerts li'), /Many transfers: <b>Amara<\/b> sent 5 transfers between/)
      t.same(faults, [])
    },
  )
}

async function showsContracts(bench: Bench): Promise<void> {
  await pageTest(
    'C7, V3: the page Contracts shows drift, refused changes, and each topic with the versions of its schema; one topic has an address',
    bench,
    { server: { rate: 0 } },
    async (t, { page, server, faults }) => {
      const { analytics } = server
      for (const key of ['g', 'c']) await page.keyboard.press(key)
      await until('nothing drifts', async () => (await page.locator('text=No drift').count()) === 1)
      t.match(await page.textContent('section[aria-label="Refused changes"]'), 'No change was refused.')
      const fields = [{ name: 'name', type: 'string', doc: '<b>Full</b> name.', classification: 'PII' }]
      const subject = { name: 'users-value', level: 'FULL_TRANSITIVE', versions: [{ version: 1, id: 7, name: 'User', fields }] }
      analytics.schemas = {
        topics: [{ topic: 'users', partitions: 4, cleanup: 'compact', retention: null, subject }],
        refused: [{ subject: 'users-value', at: Date.now(), message: 'no default for email' }],
      }
      const raw = { topic: 'raw.users', expected: null, found: 'string' }
      analytics.drift.set('ingestion-users', [{ ...raw, column: 'note', kind: 'added' }])
      await until('the drift is there', async () => (await page.locator('text=has the column note').count()) === 1)
      t.match(await page.textContent('section[aria-label="Drift"]'), 'note (string), which nobody reads. The flow goes on.')
      t.match(await page.textContent('section[aria-label="Refused changes"]'), /users-value at .*: no default for email/)
      t.match(await page.textContent('section[aria-label="Topics"] tbody tr'), 'users4last of each keyUser1FULL_TRANSITIVE')
      await page.click('section[aria-label="Topics"] a')
      t.equal(new URL(page.url()).pathname, '/contracts/users')
      await page.reload()
      await until('the address keeps the topic', async () => (await page.locator('text=Version 1: User').count()) === 1)
      t.match(await page.textContent('section[aria-label="users"] tbody tr'), 'name stringPII <b>Full</b> name.')
      await page.click('section[aria-label="Topics"] a[title="Version 1, id 7"]')
      await until('the version is pointed at', async () => (await page.locator('table[aria-current] caption').count()) === 1)
      t.match(new URL(page.url()), { pathname: '/contracts/users', search: '?schema=7' })
      t.same(faults, [])
    },
  )
}
