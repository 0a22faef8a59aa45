import t from 'tap'
import type { Test } from 'tap'
import type { Page } from 'playwright-core'
import { openPage, rename, until, withBrowser } from './browser-test.ts'
import { Sql, startPipeline } from './real-pipeline.ts'
import type { Pipeline } from './real-pipeline.ts'

const html = '<img src=x onerror=alert(1)>'

await withBrowser(async (bench) => {
  await using pipeline = await startPipeline()
  const { page, faults, close } = await openPage(bench, pipeline.url)
  await t.test('B1: users and a transfer that are made in the page are there, and a rename changes the row', (t) => made(t, page))
  await t.test('B2: a name that is HTML is shown as text', (t) => shownAsText(t, page))
  await t.test('E3: a transfer is on the page before its user, who completes it', (t) => before(t, page, pipeline))
  await t.test('E5, E6: a deleted user leaves his transfer without a name, a deleted transfer leaves the page', (t) =>
    deleted(t, page, pipeline),
  )
  await t.test('the policy of the page was never broken', async (t) => t.same(faults, []))
  await close()
})

/** The page is never loaded again: what comes, comes by its feed. */
async function made(t: Test, page: Page): Promise<void> {
  for (const name of ['Efua', 'Femi']) await addUser(page, name)
  await page.selectOption('#from', { label: 'Efua' })
  await page.selectOption('section[aria-label=Transfer] select >> nth=1', { label: 'Femi' })
  await page.fill('input[inputmode=decimal]', '12.34')
  await page.press('input[inputmode=decimal]', 'Enter')
  const row = (): Promise<string> => rowWith(page, '12.34')
  await until('the transfer is here', async () => /Efua.*Femi/.test(await row()))
  await until('it is settled', async () => (await row()).includes('COMPLETED'))
  await rename(page, 'Femi', 'Femi Ade')
  await until('the row has the new name', async () => (await row()).includes('Femi Ade'))
  t.match(await row(), /Efua.*Femi Ade/)
}

async function shownAsText(t: Test, page: Page): Promise<void> {
  await rename(page, 'Efua', html)
  await until('the row has the name', async () => (await rowWith(page, '12.34')).includes(html))
  // Rows and balances get the name from different topics.
  await until('the balance has the name', async () => (await page.locator('.balances bdi', { hasText: html }).count()) === 1)
  t.equal(await page.locator('img').count(), 0)
}

/** The write API refuses unknown users; SQL does not. */
async function before(t: Test, page: Page, pipeline: Pipeline): Promise<void> {
  using users = new Sql(pipeline, 'users')
  using transfers = new Sql(pipeline, 'transfers')
  const now = new Date().toISOString()
  transfers.run(
    'insert into transfers (from_user_id, to_user_id, amount, created_at, last_updated_at) values (?, ?, ?, ?, ?)',
    1,
    999,
    '56.78',
    now,
    now,
  )
  await until('the transfer is here without a name', async () => (await rowWith(page, '56.78')).includes('999'))
  users.run('insert into users (id, name, created_at, last_updated_at) values (?, ?, ?, ?)', 999, 'Gift', now, now)
  await until('it has the name', async () => (await rowWith(page, '56.78')).includes('Gift'))
  t.notMatch(await rowWith(page, '56.78'), '999')
}

async function deleted(t: Test, page: Page, pipeline: Pipeline): Promise<void> {
  using users = new Sql(pipeline, 'users')
  using transfers = new Sql(pipeline, 'transfers')
  users.run('delete from users where id = 999')
  await until('the name is gone', async () => (await rowWith(page, '56.78')).includes('999'))
  t.notMatch(await rowWith(page, '56.78'), 'Gift')
  transfers.run("delete from transfers where amount = '56.78'")
  await until('the row is gone', async () => (await rowWith(page, '56.78')) === '')
  t.equal(await page.locator('.rows tr.row', { hasText: '12.34' }).count(), 1, 'the other one stays')
}

async function addUser(page: Page, name: string): Promise<void> {
  await page.locator('h1').click()
  await page.keyboard.press('u')
  await page.keyboard.type(name)
  await page.keyboard.press('Enter')
  await until(`${name} is here`, async () => (await page.locator('.balances bdi', { hasText: name }).count()) === 1)
}

/** What the row with this amount says, one cell after another; nothing where there is none. */
async function rowWith(page: Page, amount: string): Promise<string> {
  return (await page.locator('.rows tr.row', { hasText: amount }).allTextContents()).join('\n')
}
