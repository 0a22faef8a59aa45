import t from 'tap'
import type { Test } from 'tap'
import type { Page } from 'playwright-core'
import type { User } from '../../../app/contracts/bff.ts'
import { faultsOf, figures, hasLimits, idsOf, openPage, rename, until, watchParts, withBrowser } from './browser-test.ts'
import type { Bench } from './browser-test.ts'
import { Sql, startPipeline } from './real-pipeline.ts'
import type { Pipeline } from './real-pipeline.ts'

/** Single POSTs a second that the test aims at, and for how long. The acceptance runs 1,000 for 60 s. */
const rate = Number(process.env['PIPELINE_RATE'] ?? 100)
const seconds = Number(process.env['PIPELINE_SECONDS'] ?? 20)
await withBrowser(async (bench) => {
  await using pipeline = await startPipeline()
  const { url } = pipeline
  const { page, faults, close } = await openPage(bench, url)
  await t.test('L2: POST → row in the browser', (t) => latency(t, page))
  await t.test('UI4, E2: a rename, against SQL', (t) => renameUser(t, page, pipeline))
  await t.test(
    '[Add enricher] and [Kill one] by keyboard: tasks go to another process and come back, and transfers flow on',
    (t) => moveTasks(t, page, pipeline),
  )
  await t.test(
    `${rate >= 1_000 ? 'UI2, L1' : 'UI2'}: ${rate}/s for ${seconds} s with two kills: the test’s ledger = SQL = the page`,
    (t) => survive(t, page, pipeline),
  )
  await t.test('UI6: a reload and a second tab have the same ids', (t) => reload(t, bench, page, pipeline))
  await t.test('the policy of the page was never broken', async (t) => t.same(faults, []))
  await close()
})

/** Ten a second, one after another, from the page itself: from before `fetch` to the frame after its row is in the document. */
async function latency(t: Test, page: Page): Promise<void> {
  const times = await page.evaluate(async () => {
    const measured: number[] = []
    for (let number = 0; number < 100; number++) {
      const startedAt = performance.now()
      const response = await fetch('/api/transfers', {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': `latency-${startedAt}` },
        body: JSON.stringify({ fromUserId: 1, toUserId: 2, amount: '1.00' }),
      })
      const { id } = (await response.json()) as { id: number }
      const isShown = (): boolean =>
        [...document.querySelectorAll('.rows tr.row a')].some((link) => link.textContent === `#${id}`)
      while (!isShown() && performance.now() - startedAt < 10_000) await new Promise(requestAnimationFrame)
      measured.push(performance.now() - startedAt)
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, 100 - (performance.now() - startedAt))))
    }
    return measured.toSorted((left, right) => left - right)
  })
  const [p50, p95] = [times[50]!, times[95]!]
  t.comment(`POST → row: p50 ${p50.toFixed(0)} ms, p95 ${p95.toFixed(0)} ms`)
  t.ok(
    times.every((time) => time < 10_000),
    'each row came',
  )
  if (hasLimits) t.ok(p95 <= 150, `p95: ${p95.toFixed(0)} ms of 150`)
}

/** The test recomputes in SQL which transfers have the user. */
async function renameUser(t: Test, page: Page, pipeline: Pipeline): Promise<void> {
  await until('all is here', async () => (await figures(page)).onTheWay === 0)
  await rename(page, 'Bruno', 'Bruno Costa')
  using transfers = new Sql(pipeline, 'transfers')
  const rows = transfers.all('select id from transfers where from_user_id = 2 or to_user_id = 2')
  const emission = (): Promise<string | null> => page.getAttribute('[data-emission]', 'data-emission', { timeout: 20_000 })
  await until('the rows are here again', async () => Number((await emission())?.split('/')[0]) >= rows.length)
  t.equal(await emission(), `${rows.length}/0`)
}

/** What the page Operate says of the enricher, and the page Graph of who has which task. */
async function moveTasks(t: Test, page: Page, { url }: Pipeline): Promise<void> {
  const press = async (button: string): Promise<void> => {
    await page.focus(`button:text-is("${button}")`)
    await page.keyboard.press('Enter')
  }
  const go = async (...keys: readonly string[]): Promise<void> => {
    for (const key of keys) await page.keyboard.press(key)
  }
  const said = async (): Promise<string> => (await page.textContent('.operate tr:has(a:text-is("transfer-enricher"))')) ?? ''
  const owners = (): Promise<string[]> => page.locator('.graph .owners li').allTextContents()
  const taskCount = (lines: readonly string[]): number => lines.join(' ').match(/\b\d+_\d+\b/g)?.length ?? 0
  await go('g', 'o')
  await page.waitForSelector('.operate tr a:text-is("transfer-enricher")')
  const tasks = Number(/running(\d+) tasks/.exec(await said())?.[1])
  await press('Add enricher')
  await until('two processes share the tasks', async () => (await said()).includes(`running${tasks} tasks, 2 processes`), 60_000)
  await page.focus('.operate a:text-is("transfer-enricher")')
  await page.keyboard.press('Enter')
  await until('both have some of them', async () => (await owners()).length === 2)
  const shared = await owners()
  t.equal(taskCount(shared), tasks)
  t.ok(shared.every((line) => taskCount([line]) > 0), shared.join(' | ')) // prettier-ignore
  await press('Kill one')
  await until('one has all of them', async () => (await owners()).length === 1 && taskCount(await owners()) === tasks, 60_000)
  const [left] = await owners()
  t.ok(shared.some((line) => line.split(':')[0] === left!.split(':')[0]), 'it is the one that was there before') // prettier-ignore
  await press('Kill one')
  t.match(await page.textContent('.graph [role="alert"]'), 'Only the enricher of the pipeline is there.')
  await go('g', 'o')
  await until('nobody has to read or restore anything', async () => /running\d+ tasks.*0.*–$/.test(await said()), 60_000)
  await go('g', 'l')
  const known = (await figures(page)).onThisPage
  await write(url, 'after-kill', { fromUserId: 1, toUserId: 2, amount: '1.00' }, new Map())
  await until('a transfer comes to the page', async () => (await figures(page)).onThisPage === known + 1)
}

async function survive(t: Test, page: Page, pipeline: Pipeline): Promise<void> {
  const { url } = pipeline
  const lostPart = await watchParts(page)
  const ledger = new Map<string, number>()
  const kills = [seconds * 0.25, seconds * 0.6].map((second) =>
    setTimeout(() => void fetch(`${url}/api/kill`, jsonOf('POST', {})), second * 1_000),
  )
  const startedAt = Date.now()
  await load(url, ledger)
  const took = (Date.now() - startedAt) / 1_000
  for (const kill of kills) clearTimeout(kill)
  const drainFrom = Date.now()
  await until('every acknowledged id is on the page', async () => {
    const ids = new Set(await idsOf(page))
    return [...ledger.values()].every((id) => ids.has(id))
  }, 120_000) // prettier-ignore
  t.comment(
    `${ledger.size} acknowledged in ${took.toFixed(1)} s (${(ledger.size / took).toFixed(0)}/s); drained in ${((Date.now() - drainFrom) / 1_000).toFixed(1)} s`,
  )
  using transfers = new Sql(pipeline, 'transfers')
  const inSql = transfers.all<{ id: number }>('select id from transfers order by id').map(({ id }) => id)
  const known = new Set(inSql)
  t.same([...ledger.values()].filter((id) => !known.has(id)), [], 'what was acknowledged is in SQL') // prettier-ignore
  await until('the page has what SQL has', async () => (await idsOf(page)).length === inSql.length, 60_000)
  t.same(await idsOf(page), inSql)
  t.equal(new Set(ledger.values()).size, ledger.size, 'no two keys have one id')
  t.match(await figures(page), { missing: 0, twice: 0 })
  t.match(await faultsOf(page), { miscounted: 0 })
  t.equal(await lostPart(), undefined, 'h1, table and nav were there in each frame')
}

/** Single POSTs, each with its key, each repeated until it is acknowledged. */
async function load(url: string, ledger: Map<string, number>): Promise<void> {
  const users = ((await (await fetch(`${url}/api/users?size=100`)).json()) as { content: User[] }).content.map(({ id }) => id)
  const writes: Promise<void>[] = []
  for (let number = 0; number < rate * seconds; number++) {
    const body = { fromUserId: users[number % users.length], toUserId: users[(number + 1) % users.length], amount: '1.00' }
    writes.push(write(url, `load-${number}`, body, ledger))
    if (number % 10 === 9) await new Promise((resolve) => setTimeout(resolve, 10_000 / rate))
  }
  await Promise.all(writes)
}

async function write(url: string, key: string, body: object, ledger: Map<string, number>): Promise<void> {
  for (;;) {
    const init = jsonOf('POST', body)
    const response = await fetch(`${url}/api/transfers`, { ...init, headers: { ...init.headers, 'idempotency-key': key } }).catch(
      () => null,
    )
    if (response?.status === 201) return void ledger.set(key, ((await response.json()) as { id: number }).id)
    await response?.body?.cancel()
    if (response !== null && response.status < 500 && response.status !== 429) throw new Error(`${key}: ${response.status}`)
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
}

async function reload(t: Test, bench: Bench, page: Page, { url }: Pipeline): Promise<void> {
  const before = await idsOf(page)
  await page.reload()
  await until('the page is fed', async () => (await page.locator('.rows tr.row').count()) > 0)
  const second = await openPage(bench, url)
  await until('the second tab is fed', async () => (await second.page.locator('.rows tr.row').count()) > 0)
  t.same(await idsOf(page), before)
  t.same(await idsOf(second.page), before)
  await second.close()
}

function jsonOf(method: string, body: object): { method: string; headers: Record<string, string>; body: string } {
  return { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
}
