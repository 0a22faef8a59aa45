import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'
import t from 'tap'
import type { Test } from 'tap'
import type { Page } from 'playwright-core'
import { enricherTopology } from '../../../examples/transfer-pipeline/topologies/enricher.ts'
import { topologyDocument } from '../../../app/topology/document.ts'
import { FakeServer } from '../fake/fake-server.ts'
import { openPage, until, withBrowser } from './browser-test.ts'
import type { Bench, PageOptions } from './browser-test.ts'
import { historyStates } from './history-states.ts'
import { operateStates } from './operate-states.ts'
import { differenceOf } from './picture.ts'

/**
 * Pictures that documents show, and that a run compares with its own. `UPDATE_IMAGES=1` writes them anew; all others go to a folder that
 * nobody keeps.
 */
const shown = [
  'live',
  'live-dark',
  'live-1024',
  'live-360',
  'killed',
  'restoring',
  'recovered',
  'empty',
  'tour',
  'record',
  'records',
  'letters',
  'operate',
]
const documents = new URL('../../../docs/images/', import.meta.url)
const scratch = new URL('../.data/images/', import.meta.url)
const isUpdate = process.env['UPDATE_IMAGES'] === '1'
/** Of the 1,024 pixels of a square; a letter that is another has more. */
const toleratedPixels = 24
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const noon = Date.parse('2026-11-28T14:03:05.120Z')

interface State {
  readonly name: string
  readonly headline: RegExp
  /** What happens before the page is opened, and after. */
  readonly before?: (server: FakeServer) => void
  readonly after?: (server: FakeServer, page: Page) => Promise<void> | void
  readonly page?: PageOptions
  readonly isEmpty?: boolean
  /** Dots fly in the picture. */
  readonly moves?: boolean
}

const dark: PageOptions = { colorScheme: 'dark' }
const killed = ({ pipeline }: FakeServer): void => {
  const outage = {
    deadPid: 4_711,
    newPid: null,
    signal: 'SIGKILL',
    at: noon - 1_200,
    backAt: null,
    recoveredAt: null,
    waited: 0,
    count: 1,
  }
  pipeline.setSystem({ phase: 'killed', since: noon - 1_200, outage, childPid: null, waiting: 17 })
}
const restoring = ({ pipeline }: FakeServer): void => {
  const outage = {
    deadPid: 4_711,
    newPid: 4_802,
    signal: 'SIGKILL',
    at: noon - 2_400,
    backAt: noon - 300,
    recoveredAt: null,
    waited: 17,
    count: 1,
  }
  const restore = { done: 12_300, total: 40_000 }
  pipeline.setSystem({ phase: 'restoring', since: noon - 300, outage, childPid: 4_802, waiting: 17, restore })
}
const recovered = ({ pipeline }: FakeServer): void => {
  const outage = {
    deadPid: 4_711,
    newPid: 4_802,
    signal: 'SIGKILL',
    at: noon - 4_400,
    backAt: noon - 2_300,
    recoveredAt: noon - 1_000,
    waited: 17,
    count: 1,
  }
  pipeline.setSystem({ phase: 'recovered', since: noon - 1_000, outage, childPid: 4_802 })
}
const open = async (_: FakeServer, page: Page): Promise<void> => {
  // Until the newest row is there, all others move.
  await page.waitForSelector('.rows tr.row a:text-is("#51")')
  await page.click('.rows tr.row:nth-child(3) a')
}

const states: readonly State[] = [
  { name: 'live', headline: /^Amara sends Bruno 10\.00$/, moves: true, page: { reducedMotion: 'no-preference' } },
  { name: 'live-dark', headline: /^Amara/, page: dark },
  { name: 'live-1024', headline: /^Amara/, page: { viewport: { width: 1024, height: 768 } } },
  { name: 'live-360', headline: /^Amara/, page: { viewport: { width: 360, height: 740 } } },
  {
    name: 'more-360',
    headline: /^Amara/,
    page: { viewport: { width: 360, height: 740 } },
    after: async (_, page) => {
      await page.click('button:text-is("More")')
      await page.waitForSelector('#more:popover-open')
    },
  },
  {
    name: 'more-dark-700',
    headline: /^Dead letters$/,
    page: { ...dark, path: '/dead-letters', viewport: { width: 700, height: 740 } },
    after: async (_, page) => {
      await page.click('button:text-is("More")')
      await page.waitForSelector('#more:popover-open')
    },
  },
  { name: 'killed', headline: /^Killed with -9, 1\.2 s ago$/, before: killed },
  { name: 'killed-dark', headline: /^Killed/, before: killed, page: dark },
  { name: 'killed-360', headline: /^Killed/, before: killed, page: { viewport: { width: 360, height: 740 } } },
  { name: 'restoring', headline: /^Back after 2\.1 s$/, before: restoring },
  { name: 'recovered', headline: /^Killed and back in 3\.4 s$/, before: recovered },
  { name: 'paused', headline: /^Paused$/, before: ({ pipeline }) => void pipeline.setSystem({ phase: 'paused' }) },
  { name: 'empty', headline: /^Amara/, isEmpty: true },
  {
    name: 'offline',
    headline: /^No server since/,
    after: async (server, page) => {
      server.isReachable = false
      server.cutAll()
      await page.waitForSelector('[data-state="offline"]')
    },
  },
  { name: 'tour', headline: /^A stream is what happened\.$/, page: { tour: true } },
  { name: 'tour-dark', headline: /^A stream/, page: { ...dark, tour: true } },
  { name: 'record', headline: /^Amara/, after: open },
  { name: 'record-dark', headline: /^Amara/, after: open, page: dark },
  { name: 'records', headline: /^Records$/, page: { path: '/records' } },
  { name: 'records-users-dark', headline: /^Records$/, page: { ...dark, path: '/records?kind=users' } },
  { name: 'records-none', headline: /^Records$/, page: { path: '/records?user=nobody' } },
  {
    name: 'read-api-down',
    headline: /^Records$/,
    page: { path: '/records?status=FAILED', viewport: { width: 1024, height: 768 } },
    before: (server) => (server.readApiIsDown = true),
    after: async (_, page) => {
      await page.click('text=Ask it')
      await page.waitForSelector('text=The read API does not answer (502).')
    },
  },
  {
    name: 'letters',
    headline: /^Dead letters$/,
    page: { path: '/dead-letters' },
    before: refused,
    after: async (_, page) => {
      await page.click('.letters tbody tr:first-child a')
      await page.waitForSelector('aside.letter pre')
    },
  },
  { name: 'letters-list', headline: /^Dead letters$/, page: { path: '/dead-letters?state=any' }, before: refused },
  {
    name: 'letters-dark',
    headline: /^Dead letters$/,
    page: { path: '/dead-letters', ...dark },
    before: refused,
    after: openCopy,
  },
  {
    name: 'letters-360',
    headline: /^Dead letters$/,
    page: { path: '/dead-letters', viewport: { width: 360, height: 740 } },
    before: refused,
  },
  {
    name: 'letter-360',
    headline: /^Dead letters$/,
    page: { path: '/dead-letters', viewport: { width: 360, height: 740 } },
    before: refused,
    after: openCopy,
  },
  { name: 'letters-empty', headline: /^Dead letters$/, page: { path: '/dead-letters' } },
  {
    name: 'letters-down',
    headline: /^Dead letters$/,
    page: { path: '/dead-letters' },
    before: ({ letters }) => (letters.isDown = true),
    after: async (_, page) => void (await page.waitForSelector('text=The dead letters API does not answer.')),
  },
  { name: 'graph', headline: /^Graph$/, before: analysed, after: toGraph },
  { name: 'graph-dark', headline: /^Graph$/, before: analysed, after: toGraph, page: dark },
  { name: 'graph-360', headline: /^Graph$/, before: analysed, after: toGraph, page: { viewport: { width: 360, height: 740 } } },
  { name: 'hours', headline: /^Hours$/, before: analysed, after: toHours },
  {
    name: 'hours-dark-360',
    headline: /^Hours$/,
    before: analysed,
    after: toHours,
    page: { ...dark, viewport: { width: 360, height: 740 } },
  },
  { name: 'contracts', headline: /^Contracts$/, before: promised, after: toContract },
  {
    name: 'contracts-dark-360',
    headline: /^Contracts$/,
    before: promised,
    after: toContract,
    page: { ...dark, viewport: { width: 360, height: 740 } },
  },
  ...operateStates(noon, dark),
  ...historyStates(noon, dark),
  { name: 'keys', headline: /^Amara/, after: async (_, page) => page.keyboard.press('?') },
]

await withBrowser(async (bench) => {
  for (const folder of [documents, scratch]) await mkdir(folder, { recursive: true })
  const wanted = process.env['STATES']?.split(',')
  for (const state of states) if (wanted === undefined || wanted.includes(state.name)) await show(bench, state)
})

/** A row that is wrong, bytes that are no text, a row that only SQL can mend, and one that was discarded. */
function refused({ letters }: FakeServer): void {
  const topic = 'raw.bank.transfers.dlq'
  const row = '{"before":null,"after":{"id":9,"from_user_id":1,"to_user_id":2,"amount":"abc","status":"PENDING"},"op":"c"}'
  const at = (o: number) => ({ at: { topic, p: o % 3, o }, refusedAt: noon - 60_000 + o * 1000 })
  letters.add({
    ...at(0),
    reason: 'The column amount is "-5.00 USD", but a decimal is expected.',
    value: Buffer.from(row),
    remedy: 'sql',
  })
  letters.add({
    ...at(1),
    reason: 'It is no envelope.',
    value: Uint8Array.from([0, 0, 15, 66, 63, 255, 254]),
    class: 'invalid-schema',
  })
  letters.add({ ...at(2), reason: 'The column amount is "abc", but a decimal is expected.', value: Buffer.from(row) })
  letters.answer('POST', `/api/dlq/letters/${topic}/1/1/discard`, new URLSearchParams(), {})
}

/** The enricher, with a store that is being restored; an hour that was corrected, and an alert. */
function analysed({ analytics, pipeline }: FakeServer): void {
  const topology = topologyDocument('transfer-enricher', enricherTopology())
  const topics = topology.parts.flatMap(({ nodes }) => nodes.flatMap((node) => node.topics))
  const stores = topology.parts.flatMap((part) => part.stores.map(({ name }) => name))
  analytics.topologies.set('transfer-enricher', topology)
  analytics.flow = {
    at: 1,
    topics: Object.fromEntries(topics.map((topic, index) => [topic, 1200 + index])),
    stores: Object.fromEntries(stores.map((store, index) => [store, { rows: 40 + index, atLeast: false }])),
  }
  analytics.tasks = { ...analytics.tasks, restores: { [stores[0]!]: { done: 12_300, total: 40_000 } } }
  const owners = topology.parts.map(({ id }) => ({ application: 'transfer-enricher', task: `${id}_0`, instance: 'process 4711' }))
  pipeline.setSystem({ owners })
  const windowStart = noon - (noon % 3_600_000)
  const hour = { userId: 1, windowStart, windowEnd: windowStart + 3_600_000, sentCount: 2, sentTotal: '15.50', final: false }
  analytics.hours = [{ ...hour, corrected: { sentCount: 1, sentTotal: '5.50' } }]
  const alert = { alertId: 'a', userId: 1, rule: 'AMOUNT', windowStart: noon - 600_000, windowEnd: noon - 1000 } as const
  analytics.alerts = [{ ...alert, observed: '12000.00', threshold: '10000.00', transferIds: [1, 2] }]
}

/** Two versions of a schema, a column that nobody reads and one that is gone, and a change that was refused. */
function promised({ analytics }: FakeServer): void {
  const field = (name: string, type: string, classification = '') => ({ name, type, doc: `The ${name}.`, classification })
  const older = [field('id', 'long'), field('name', 'string', 'PII')]
  const version = { name: 'IngestionUser', id: 1, version: 1, fields: older }
  const versions = [{ ...version, id: 9, version: 2, fields: [...older, field('memo', 'string or null')] }, version]
  const subject = { name: 'ingestion.bank.users-value', level: 'FULL_TRANSITIVE', versions }
  analytics.schemas = {
    topics: [
      { topic: 'raw.bank.users', partitions: 4, cleanup: 'delete', retention: '7 d', subject: null },
      { topic: 'ingestion.bank.users', partitions: 4, cleanup: 'compact', retention: null, subject },
    ],
    refused: [
      { subject: subject.name, at: noon, message: 'The new schema cannot read data of the old one: no default for email' },
    ],
  }
  const raw = { topic: 'raw.bank.users', expected: null, found: null }
  analytics.drift.set('ingestion-users', [
    { ...raw, column: 'note', kind: 'added', found: 'string' },
    { ...raw, column: 'name', kind: 'missing', expected: 'text' },
  ])
}

async function toContract(_: FakeServer, page: Page): Promise<void> {
  for (const key of ['g', 'c']) await page.keyboard.press(key)
  await page.click('a:text-is("ingestion.bank.users")')
  await page.waitForSelector('text=Version 2: IngestionUser')
}

async function toGraph(_: FakeServer, page: Page): Promise<void> {
  for (const key of ['g', 'g']) await page.keyboard.press(key)
  await page.waitForSelector('.graph .part')
  await page.click('text=Open all')
  await page.waitForSelector('.graph .restored')
}

async function toHours(_: FakeServer, page: Page): Promise<void> {
  for (const key of ['g', 'h']) await page.keyboard.press(key)
  await page.waitForSelector('.alerts li')
}

async function openCopy(_: FakeServer, page: Page): Promise<void> {
  await page.click('.letters tbody tr:first-child a')
  await page.click('text=Edit a copy and send')
}

/** One state: its words, its picture, what axe says of it, and no word of the policy. */
async function show(bench: Bench, state: State): Promise<void> {
  await t.test(`${state.name}: its words, nothing wider than the window, axe finds nothing`, async (t) => {
    let now = noon - 60_000
    await using server = await FakeServer.open({ rate: 0, isLive: false, now: () => now })
    if (state.isEmpty !== true) fill(server)
    server.pipeline.hops()
    server.pipeline.setSystem({ generator: { running: true, rate: 10, sent: 40 } })
    now = noon
    state.before?.(server)
    const { page, faults, close } = await openPage(bench, server.url, {
      reducedMotion: 'reduce',
      timezoneId: 'UTC',
      fixedTime: noon,
      ...state.page,
    })
    await until('the feed is open', async () => server.clients === 1)
    // Time stands still here, and silence would be a broken line.
    const life = setInterval(() => server.beat(), 2_000)
    t.teardown(() => clearInterval(life))
    if (state.isEmpty !== true) traffic(server)
    await state.after?.(server, page)
    await page.waitForFunction(
      (text) => new RegExp(text).test(document.querySelector('h1')?.textContent ?? ''),
      state.headline.source,
    )
    await page.waitForTimeout(600)
    t.equal(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), 0, 'nothing is wider than the window')
    await page.evaluate(axe)
    const violations = await page.evaluate(async () => {
      const { axe: checker } = globalThis as unknown as {
        axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> }
      }
      return (await checker.run()).violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
    })
    t.same(violations, [], 'axe')
    t.same(faults, [])
    if (state.moves === true) await fly(server, page)
    await compare(t, state, page)
    clearInterval(life)
    await close()
  })
}

/** Takes the picture of a state, and holds it against the one that documents show. */
async function compare(t: Test, { name, moves }: State, page: Page): Promise<void> {
  const picture = await page.screenshot()
  await writeFile(new URL(`${name}.png`, isUpdate && shown.includes(name) ? documents : scratch), picture)
  if (isUpdate || !shown.includes(name)) return
  const canvas = moves === true ? await page.locator('canvas').boundingBox() : null
  const { pixels, shown: difference } = differenceOf(
    picture,
    await readFile(new URL(`${name}.png`, documents)),
    canvas === null ? [] : [canvas],
  )
  t.comment(`${name}: ${pixels} pixels of a square differ`)
  if (pixels > toleratedPixels) await writeFile(new URL(`${name}-difference.png`, scratch), difference)
  t.ok(pixels <= toleratedPixels, `docs/images/${name}.png shows it; a wanted change is written by UPDATE_IMAGES=1`)
}

/** Three traces, a quarter of a second apart. */
async function fly(server: FakeServer, page: Page): Promise<void> {
  for (let number = 0; number < 3; number++) {
    server.pipeline.transfer(1, 2, '10.00')
    for (let tick = 0; tick < 4; tick++) server.pump()
    await page.waitForTimeout(250)
  }
}

/** Forty transfers, one of them failed and one not settled yet. */
function fill(server: FakeServer): void {
  for (let number = 0; number < 40; number++) {
    const { id } = server.pipeline.transfer(
      1 + (number % 4),
      1 + ((number + 1 + (number % 3)) % 4),
      `${1 + ((number * 37) % 900)}.50`,
    )
    if (number < 39) server.pipeline.settle(id, number === 33 ? 'FAILED' : 'COMPLETED')
  }
  server.pipeline.flush()
}

/** What a page hears in a second, at an instant that stands still. */
function traffic(server: FakeServer): void {
  for (let tick = 0; tick < 20; tick++) {
    if (tick === 18) server.pipeline.settle(server.pipeline.transfer(1, 2, '10.00').id)
    server.pump()
  }
}
