import { figures, faultsOf, idsOf, pageTest, processTree, rename, says, until, watchParts, withBrowser } from './browser-test.ts'
import type { Bench } from './browser-test.ts'
import type { FakeServer } from '../fake/fake-server.ts'
import type { Page } from 'playwright-core'

/** The generator rests, and the page has all that was acknowledged. */
async function settled(page: Page, server: FakeServer): Promise<void> {
  server.rate = 0
  await until('the page has every id that was acknowledged', async () => {
    const ids = await idsOf(page)
    return ids.length === server.pipeline.acknowledged.length && (await figures(page)).onTheWay === 0
  })
}

await withBrowser(async (bench) => {
  await faults(bench)
  await outages(bench)
  await survival(bench)
  await waitingWrites(bench)
  await keyboard(bench)
  await firstPictures(bench)
  await joins(bench)
  await hostile(bench)
  await tour(bench)
})

async function faults(bench: Bench): Promise<void> {
  await pageTest(
    'UI1: a batch dropped, one repeated, one cut in half: gap 1, repeat 1, then all is healed',
    bench,
    {},
    async (t, { page, server }) => {
      await until('records come', async () => (await figures(page)).received > 5)
      server.faults.push('drop')
      await until('the gap is counted', async () => (await faultsOf(page))['gaps'] === 1)
      await flowing(page)
      server.faults.push('twice')
      await until('the repeat is counted', async () => (await faultsOf(page))['repeats'] === 1)
      await flowing(page)
      server.faults.push('cut')
      await until('the line is cut', async () => server.faults.length === 0)
      await settled(page, server)
      t.same(
        await idsOf(page),
        server.pipeline.acknowledged.toSorted((left, right) => left - right),
      )
      t.match(await faultsOf(page), { gaps: 1, repeats: 1, miscounted: 0 })
      t.match(await figures(page), { missing: 0, onTheWay: 0 })
      await says(page, '[data-proof="on this page"]', '1 gap, 1 repeat, healed')
    },
  )

  await pageTest(
    'UI6: reload, second tab, hidden for 40 s, stopped: the same ids, and no gap',
    bench,
    {},
    async (t, { page, server }) => {
      await until('records come', async () => (await figures(page)).received > 5)
      await page.reload()
      await page.waitForSelector('.rows table', { state: 'attached' })
      const second = await page.context().newPage()
      await second.goto(server.url)
      await until('both tabs are fed', async () => server.clients === 2)
      await hide(second, true)
      await until('the hidden tab gives its stream back', async () => server.clients === 1, 45_000)
      const pids = processTree(bench.pid)
      for (const pid of pids) process.kill(pid, 'SIGSTOP')
      await new Promise((resolve) => setTimeout(resolve, 5_000))
      for (const pid of pids.toReversed()) process.kill(pid, 'SIGCONT')
      await new Promise((resolve) => setTimeout(resolve, 5_000))
      await hide(second, false)
      await until('both tabs are fed again', async () => server.clients === 2)
      await settled(page, server)
      await settled(second, server)
      t.same(await idsOf(page), await idsOf(second))
      t.match(await faultsOf(page), { gaps: 0, repeats: 0, miscounted: 0 })
      t.match(await faultsOf(second), { gaps: 0, repeats: 0, miscounted: 0 })
    },
  )
}

async function outages(bench: Bench): Promise<void> {
  await pageTest(
    'without a server the page says since when, and goes on where it was',
    bench,
    {},
    async (t, { page, server }) => {
      await until('records come', async () => (await figures(page)).received > 5)
      server.isReachable = false
      server.cutAll()
      await page.waitForSelector('[data-state="offline"]')
      t.match(await page.textContent('h1'), /^No server since \d\d:\d\d:\d\d$/)
      t.ok(await page.isVisible('.rows tbody tr.row'), 'what was here stays')
      server.isReachable = true
      await page.click('text=Try now')
      await page.waitForSelector('[data-state="running"]')
      await settled(page, server)
      t.match(await faultsOf(page), { gaps: 0, repeats: 0 })
    },
  )

  await pageTest('another cluster: the page says so, and loads its view again', bench, {}, async (t, { page, server }) => {
    await until('records come', async () => (await figures(page)).received > 5)
    server.replaceCluster()
    await page.waitForSelector('[data-state="reset"]')
    t.equal(await page.textContent('h1'), 'The topics are new')
    await settled(page, server)
    t.same(
      await idsOf(page),
      server.pipeline.acknowledged.toSorted((left, right) => left - right),
    )
  })
}

async function hide(page: Page, isHidden: boolean): Promise<void> {
  await page.evaluate((hidden) => {
    Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => (hidden ? 'hidden' : 'visible') })
    document.dispatchEvent(new Event('visibilitychange'))
  }, isHidden)
}

async function survival(bench: Bench): Promise<void> {
  await pageTest(
    'UI2 on the fake: two kills under load: ledger = ids, and the document never without h1, table and nav',
    bench,
    { server: { rate: 200, downMs: 6_000 } },
    async (t, { page, server, faults }) => {
      const lostPart = await watchParts(page)
      await page.fill('#from ~ *, input[inputmode=decimal]', '12.34')
      for (let kill = 0; kill < 2; kill++) {
        await new Promise((resolve) => setTimeout(resolve, 2_000))
        server.kill()
        await page.waitForSelector('[data-state="killed"]')
        // A write of the reader while everything is down waits with its key.
        if (kill === 0) await page.click('section[aria-label=Transfer] button')
        await page.waitForSelector('[data-state="recovered"]')
      }
      const mine = (): number => server.pipeline.transferIds.filter((id) => server.pipeline.row(id)?.amount === '12.34').length
      await until('the write that waited is written', async () => mine() > 0)
      await settled(page, server)
      t.same(
        await idsOf(page),
        server.pipeline.acknowledged.toSorted((left, right) => left - right),
      )
      t.equal(await lostPart(), undefined)
      t.match(await figures(page), { missing: 0, twice: 0, onTheWay: 0 })
      t.equal(await page.inputValue('input[inputmode=decimal]'), '12.34', 'a half-filled form stays')
      t.equal(mine(), 1, 'and it was written once')
      t.same(faults, [])
    },
  )
}

/** Without two users the form refuses a transfer. */
async function usersAreHere(page: Page): Promise<void> {
  await until('users are here', async () => (await page.locator('.balances li').count()) === 4)
}

async function waitingWrites(bench: Bench): Promise<void> {
  await pageTest(
    'a write without an answer is repeated with its key, and written once',
    bench,
    { server: { rate: 0 } },
    async (t, { page, server }) => {
      await usersAreHere(page)
      server.refusals.push(0, 503, 429)
      await page.fill('input[inputmode=decimal]', '10.05')
      await page.press('input[inputmode=decimal]', 'Enter')
      await until('it is on the page', async () => (await figures(page)).onThisPage === 1)
      t.equal(server.pipeline.acknowledged.length, 1)
    },
  )

  await pageTest(
    'what the server refuses is said with its reason, in the colour of exceptions',
    bench,
    { server: { rate: 0 } },
    async (t, { page, server }) => {
      await usersAreHere(page)
      server.refusals.push(422)
      await page.press('input[inputmode=decimal]', 'Enter')
      await says(page, '.note-line.bad', 'Not now.')
      t.equal(await page.evaluate(() => getComputedStyle(document.querySelector('.note-line.bad')!).color), 'rgb(127, 23, 16)')
    },
  )

  await pageTest('a reload while a write waits loses nothing', bench, { server: { rate: 0 } }, async (t, { page, server }) => {
    await usersAreHere(page)
    server.kill(3_000)
    await page.waitForSelector('[data-state="killed"]')
    await page.press('input[inputmode=decimal]', 'Enter')
    await page.reload()
    await until('it is on the page', async () => (await figures(page)).onThisPage === 1)
    t.equal(server.pipeline.acknowledged.length, 1)
  })
}

async function keyboard(bench: Bench): Promise<void> {
  await pageTest(
    'UI7: user, transfer, rename and kill with the keyboard only',
    bench,
    { server: { rate: 0, downMs: 10_000 } },
    async (t, { page, server }) => {
      const { keyboard } = page
      await usersAreHere(page)
      await keyboard.press('u')
      await keyboard.type('Emeka')
      await keyboard.press('Enter')
      await until('the user is here', async () => (await page.locator('.balances li').count()) === 5)

      await keyboard.press('n')
      await focusIsOn(page, 'from')
      await keyboard.press('Tab')
      await keyboard.press('Tab')
      await keyboard.type('33.30')
      await keyboard.press('Enter')
      await until('the transfer is here', async () => (await figures(page)).onThisPage === 1)
      t.equal(server.pipeline.row(1)?.amount, '33.30')
      t.equal(await page.inputValue('input[inputmode=decimal]'), '33.30', 'keys of the page rest while somebody types')

      await tabTo(page, 'Rename Bruno')
      await keyboard.press('Enter')
      await keyboard.type('Bruno Costa')
      await keyboard.press('Enter')
      await until('the rename has come', async () => (await page.getAttribute('[data-emission]', 'data-emission')) === '1/0')
      await until('the row has the name', async () => (await page.textContent('.rows tbody'))?.includes('Bruno Costa') === true)

      await page.locator('h1').click()
      await keyboard.press('j')
      await keyboard.press('Enter')
      t.match(await page.textContent('aside.panel'), 'custom.bank.transfer-enriched')
      await keyboard.press('Escape')
      t.equal(await page.locator('aside.panel').count(), 0)

      await tabTo(page, 'Kill −9')
      await keyboard.press('Enter')
      await page.waitForSelector('[data-state="killed"]')
      t.match(await page.textContent('h1'), /^Killed with -9, \d/)
      await keyboard.press('g')
      await keyboard.press('r')
      t.equal(await page.evaluate(() => location.pathname), '/records')
      await keyboard.press('/')
      await focusIsOn(page, 'filter')
      await keyboard.type('dalia')
      await says(page, '.empty', '1 without the filter')
      t.equal(await page.evaluate(() => location.search), '?user=dalia')
    },
  )
}

/** A key that leads to a field gives it the focus with the next frame. */
async function focusIsOn(page: Page, id: string): Promise<void> {
  await until(`the focus is on ${id}`, () => page.evaluate((wanted) => document.activeElement?.id === wanted, id))
}

/** Presses Tab until the focus is on what is named so. */
async function tabTo(page: Page, name: string): Promise<void> {
  const isThere = (): Promise<boolean> =>
    page.evaluate((wanted) => {
      const focused = document.activeElement
      return focused?.getAttribute('aria-label') === wanted || focused?.textContent === wanted
    }, name)
  for (let presses = 0; presses < 80; presses++) {
    await page.keyboard.press('Tab')
    if (await isThere()) return
  }
  throw new Error(`80 tabs do not lead to “${name}”.`)
}

/** What stood in the document only for a moment was seen, too. */
async function firstPictures(bench: Bench): Promise<void> {
  await pageTest(
    'what is there is never said to be missing: neither rows, nor the record of a panel',
    bench,
    { server: { rate: 0 } },
    async (t, { page, server }) => {
      server.pipeline.transfer(1, 2, '10.00')
      server.pipeline.transfer(3, 2, '20.00')
      await until('the rows are here', async () => (await page.locator('.rows tr.row').count()) === 2)
      await page.addInitScript(() => {
        const said: string[] = []
        new MutationObserver(() => {
          for (const part of document.querySelectorAll('.empty, aside.panel h2')) said.push(part.textContent ?? '')
        }).observe(document, { childList: true, subtree: true })
        Object.assign(globalThis, { said })
      })
      await page.goto(`${server.url}/records?user=Amara`)
      await until('the row is here', async () => (await page.locator('.rows tr.row').count()) === 1)
      await page.click('.rows tr.row a')
      await page.waitForSelector('aside.panel >> text=Transfer 1')
      const said = await page.evaluate(() => (globalThis as unknown as { said: string[] }).said)
      t.same([...new Set(said)], ['Transfer 1'])
    },
  )
}

async function joins(bench: Bench): Promise<void> {
  await pageTest(
    'UI4: a rename re-emits the rows of that user and no others; a join that emits one more shows 1',
    bench,
    { server: { rate: 100 } },
    async (t, { page, server }) => {
      await until('transfers are here', async () => (await figures(page)).onThisPage > 60)
      await settled(page, server)
      const expected = server.pipeline.transferIds.filter((id) => {
        const row = server.pipeline.row(id)!
        return row.fromUserId === 2 || row.toUserId === 2
      }).length
      await rename(page, 'Bruno', 'Bruno Costa')
      await until('all rows came', async () => (await page.getAttribute('[data-emission]', 'data-emission')) === `${expected}/0`)
      server.pipeline.emitsOneMore = true
      await rename(page, 'Bruno Costa', 'Bruno')
      await until(
        'the mutant shows',
        async () => (await page.getAttribute('[data-emission]', 'data-emission')) === `${expected}/1`,
      )
      t.match(await page.textContent('[data-emission]'), '1 others')
    },
  )

  await pageTest(
    'UI3 on the fake: a trace has the positions, sizes and schema of its hops',
    bench,
    {},
    async (t, { page, server }) => {
      await until(
        'a trace is here',
        async () =>
          await page.evaluate(() => globalThis.millrace.ids().some((id) => globalThis.millrace.trace(id) !== undefined)),
      )
      const ids = await page.evaluate(() =>
        globalThis.millrace
          .ids()
          .filter((id) => globalThis.millrace.trace(id) !== undefined)
          .slice(0, 1),
      )
      const trace = await page.evaluate((id) => globalThis.millrace.trace(id), ids[0]!)
      t.same(trace?.hops.map(({ station, bytes }) => [station, bytes]), [['sql', 120], ['raw', 4_312], ['ingestion', 46], ['enriched', 58], ['document', 230]]) // prettier-ignore
      t.ok(server.pipeline.row(ids[0]!))
    },
  )

  await pageTest(
    'while somebody reads, nothing shifts; what is newer is counted',
    bench,
    { server: { rate: 50 } },
    async (t, { page }) => {
      await until('the table is full', async () => (await figures(page)).onThisPage > 40)
      await page.evaluate(() => document.querySelector('.scroller')!.scrollTo(0, 320))
      await page.waitForSelector('text=/\\d+ newer/')
      const before = await page.textContent('.rows tbody tr.row:nth-child(8) th')
      await page.waitForTimeout(800)
      t.equal(await page.textContent('.rows tbody tr.row:nth-child(8) th'), before)
      await page.click('text=/\\d+ newer/')
      await until('the newest row is on top', async () => (await page.textContent('.rows tbody tr.row th')) !== before)
      t.ok((await page.locator('.rows tbody tr.row').count()) <= 22, 'only the rows in sight are in the document')
      t.ok(Number(await page.getAttribute('.rows table', 'aria-rowcount')) > 40)
    },
  )
}

async function hostile(bench: Bench): Promise<void> {
  const names = ['<img src=x onerror=alert(1)>', '\u202Egnihton\u202C', '🦉'.repeat(127), 'Dalia']
  await pageTest(
    'UI8: hostile names and a huge amount at 360 px: exact text, no overflow, no report; a canary reports',
    bench,
    { server: { rate: 0, users: names }, page: { viewport: { width: 360, height: 740 } } },
    async (t, { page, server, faults }) => {
      server.pipeline.transfer(1, 2, '9999999999999999.99')
      server.pipeline.transfer(3, 1, '10.00')
      await until('the rows are here', async () => (await page.locator('.rows tr.row').count()) === 2)
      t.equal(await page.textContent('.rows tr.row:nth-child(3) .c-from bdi'), names[0])
      t.equal(await page.textContent('.rows tr.row:nth-child(3) .c-to bdi'), names[1])
      t.equal(await page.textContent('.rows tr.row:nth-child(2) .c-from bdi'), names[2])
      t.equal(await page.textContent('.rows tr.row:nth-child(3) .c-amount'), '9,999,999,999,999,999.99')
      t.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360)
      await page.click('.rows tr.row:nth-child(3) a')
      await says(page, 'aside.panel', names[0]!)
      t.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360)
      t.equal(await page.locator('img').count(), 0)
      t.same(faults, [])
      const thrown = await page.evaluate(() => {
        try {
          document.body.innerHTML = '<b>canary</b>'
          return null
        } catch (error) {
          return (error as Error).name
        }
      })
      t.equal(thrown, 'TypeError')
      await until('the canary reports', async () => faults.length > 0)
      t.match(faults.join(), 'require-trusted-types-for')
    },
  )
}

async function tour(bench: Bench): Promise<void> {
  await pageTest(
    'the tour: each step goes on by the real event',
    bench,
    { server: { rate: 5 }, page: { tour: true } },
    async (t, { page }) => {
      for (const [step, button, outcome] of [
        ['stream', 'Send 10.00', /came \d+ ms after you sent it/],
        ['table', null, /is COMPLETED|is FAILED/],
        ['join', 'Rename Bruno', /\d+ rows?, 0 others\. A stream join: 0\./],
        ['changelog', 'Delete the enricher’s state', /It filled from its topic/],
        ['crash', 'Kill −9', /Missing 0\. Repeated/],
        ['poison', 'Send a broken record', /not a decimal/],
      ] as const) {
        await page.waitForSelector(`[data-step="${step}"]`)
        if (button !== null) await page.click(`.headline button:text-is("${button}") >> nth=0`)
        await page.waitForFunction(
          ([name, text]) => new RegExp(text!).test(document.querySelector(`[data-step="${name}"] p`)?.textContent ?? ''),
          [step, outcome.source],
        )
        t.pass(`${step}: ${await page.textContent('.headline .words p')}`)
      }
      await page.click('text=End tour')
      t.equal(await page.textContent('h1'), 'Amara sends Bruno Costa 10.00')
    },
  )
}

/** Records come again. */
async function flowing(page: Page): Promise<void> {
  const { received } = await figures(page)
  await until('records come again', async () => (await figures(page)).received > received)
}
