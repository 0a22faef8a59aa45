import type { Page } from 'playwright-core'
import type { FakeServer } from '../fake/fake-server.ts'
import { pageTest, says, until, withBrowser } from './browser-test.ts'
import type { Bench } from './browser-test.ts'

const refusedAt = Date.parse('2026-11-28T14:03:05.120Z')
const bad = '{"after":{"id":900,"amount":"abc"},"op":"c"}'

/** A row that is wrong, and bytes that are no text. */
function refuse({ letters, pipeline }: FakeServer): void {
  const topic = 'raw.bank.transfers.dlq'
  letters.add({ at: { topic, p: 0, o: 0 }, reason: 'The column amount is "abc".', value: Buffer.from(bad), refusedAt })
  const bytes = Uint8Array.from([0, 0, 0x0f, 0x42, 0x3f, 0xff])
  letters.add({ at: { topic, p: 1, o: 1 }, reason: 'It is no envelope.', value: bytes, refusedAt, class: 'invalid-schema' })
  pipeline.refuse('amount "abc" is not a decimal.')
}

const isOpen = (page: Page): Promise<boolean> => page.locator('aside.letter dl').first().isVisible()

await withBrowser(async (bench) => {
  await mends(bench)
  await sendsBytes(bench)
  await keepsCopies(bench)
  await staysText(bench)
  await more(bench)
})

async function mends(bench: Bench): Promise<void> {
  await pageTest(
    'UI7: poison, mend and replay with the keyboard only',
    bench,
    { server: { rate: 0 }, page: { path: '/dead-letters' } },
    async (t, { page, server, faults }) => {
      const { keyboard } = page
      await says(page, '.letters .empty', 'Nothing was refused. Send a broken record and see.')
      await page.evaluate(() => document.querySelector<HTMLElement>('.letters .empty button')!.focus())
      refuse(server)
      await keyboard.press('Enter')
      await until('the letters are listed', async () => (await page.locator('.letters tbody tr').count()) === 2)
      await page.evaluate(() => (document.activeElement as HTMLElement).blur())
      await keyboard.press('j')
      await keyboard.press('j')
      await keyboard.press('Enter')
      await until('the letter is open', () => isOpen(page))
      t.equal(new URL(page.url()).pathname, '/dead-letters/raw.bank.transfers.dlq/0/0')
      await says(page, 'aside.letter', 'Refused by ingestion-transfers at raw.bank.transfers p3 @ 12,407.')
      await says(page, 'aside.letter pre', bad)
      await keyboard.press('Tab')
      await keyboard.press('Enter')
      t.equal(await page.inputValue('textarea'), bad, 'the copy begins as the original')
      await keyboard.press('Control+a')
      await keyboard.type('{"after":{"id":900,"amount":"7.50"},"op":"c"}')
      await keyboard.press('Tab')
      await keyboard.press('Enter')
      await says(page, 'aside.letter', 'Sent to replay.bank.transfers, p0 @ 4. Processed after 44 ms.')
      t.same(server.letters.sent, ['{"after":{"id":900,"amount":"7.50"},"op":"c"}'])
      await keyboard.press('Escape')
      t.equal(await page.locator('aside.letter').count(), 0)
      await until('it has left the list', async () => (await page.locator('.letters tbody tr').count()) === 1)
      t.same(faults, [])
    },
  )
}

async function sendsBytes(bench: Bench): Promise<void> {
  await pageTest(
    'bytes that are no text are shown in hexadecimal digits; sent as they are, they are as they were',
    bench,
    { server: { rate: 0 }, page: { path: '/dead-letters' } },
    async (t, { page, server }) => {
      refuse(server)
      await until('the letters are listed', async () => (await page.locator('.letters tbody tr').count()) === 2)
      await page.click('.letters tbody tr:first-child a')
      await says(page, 'aside.letter pre', '000000  00 00 0f 42 3f ff')
      t.same(await page.locator('aside.letter [role=group] button').allTextContents(), ['hex'])
      await page.click('text=Send again as it is')
      await says(page, 'aside.letter', 'Processed after 44 ms.')
      t.same(Buffer.from(server.letters.sent[0]!, 'latin1').toString('hex'), '00000f423fff')
    },
  )
}

async function keepsCopies(bench: Bench): Promise<void> {
  await pageTest(
    'a copy that is edited outlives the panel, and a broken line; what is discarded leaves the list',
    bench,
    { server: { rate: 0 }, page: { path: '/dead-letters/raw.bank.transfers.dlq/0/0' } },
    async (t, { page, server }) => {
      refuse(server)
      await page.reload()
      await page.click('text=Edit a copy and send')
      await page.fill('textarea', 'half of it abc')
      await page.keyboard.press('Escape')
      await until('the panel is closed', async () => (await page.locator('aside.letter').count()) === 0)
      server.letters.isDown = true
      await page.fill('#filter', 'amount')
      await says(page, '.letters [role=alert]', 'The dead letters API does not answer. The pipeline goes on.')
      server.letters.isDown = false
      await page.click('text=Retry')
      await until('the filter holds', async () => (await page.locator('.letters tbody tr').count()) === 1)
      t.match(page.url(), /text=amount/)
      await page.click('.letters tbody a')
      t.equal(await page.inputValue('textarea'), 'half of it abc')
      await page.click('text=Send the copy')
      await says(page, 'aside.letter', 'Refused again: it has a new letter.')
      await page.click('text=Discard: stays')
      await says(page, 'aside.letter', 'Discarded. It stays in its topic.')
      await says(page, '.letters .empty', 'None matches. 2 letters without the filter.')
    },
  )
}

async function staysText(bench: Bench): Promise<void> {
  await pageTest(
    'UI8: a hostile reason is text, at 360 px nothing is wider than the window',
    bench,
    { server: { rate: 0 }, page: { path: '/dead-letters', viewport: { width: 360, height: 740 } } },
    async (t, { page, server, faults }) => {
      const reason = '<img src=x onerror=alert(1)> \u202e' + 'x'.repeat(300)
      server.letters.add({ at: { topic: 'a.dlq', p: 0, o: 1 }, reason, value: Buffer.from('y'.repeat(3000)), refusedAt })
      server.pipeline.refuse(reason)
      await until('it is listed', async () => (await page.locator('.letters tbody tr').count()) === 1)
      t.equal(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), 0)
      await page.click('.letters tbody a')
      await until('the letter is open', () => isOpen(page))
      t.match(await page.textContent('aside.letter bdi'), '<img src=x onerror=alert(1)>')
      t.equal(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), 0)
      t.same(faults, [])
    },
  )
}

async function more(bench: Bench): Promise<void> {
  await pageTest(
    'UI8: at 360 px every page is one step from the bar, which does not scroll: the rest is under More',
    bench,
    { server: { rate: 0 }, page: { viewport: { width: 360, height: 740 } } },
    async (t, { page, faults }) => {
      const bar = page.locator('.bar nav')
      t.equal(await bar.evaluate((element) => element.scrollWidth - element.clientWidth), 0)
      t.same(await bar.getByRole('link').allTextContents(), ['Live', 'Records', 'Graph'])
      await page.getByRole('button', { name: 'More' }).focus()
      await page.keyboard.press('Enter')
      await page.waitForSelector('#more:popover-open')
      t.same((await bar.getByRole('link').allTextContents()).slice(3), ['Operate', 'Hours', 'Contracts', 'Dead letters'])
      await page.keyboard.press('Escape')
      await page.waitForSelector('#more:not(:popover-open)', { state: 'attached' })
      await page.keyboard.press('Enter')
      for (const key of ['Tab', 'Tab', 'Tab', 'Tab', 'Enter']) await page.keyboard.press(key)
      await says(page, 'h1', 'Dead letters')
      t.equal(await page.locator('#more:popover-open').count(), 0, 'a choice closes it')
      t.same(faults, [])
    },
  )
}
