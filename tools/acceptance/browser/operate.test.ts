import { calmOperations, fakeCharts, troubledOperations } from '../fake/fake-operations.ts'
import { pageTest, until, withBrowser } from './browser-test.ts'
import type { Bench } from './browser-test.ts'

await withBrowser(async (bench) => {
  await showsWhatIsWrong(bench)
})

async function showsWhatIsWrong(bench: Bench): Promise<void> {
  await pageTest(
    'UI7: the page Operate by keyboard: what is wrong, why, and what to do next; charts have an address',
    bench,
    { server: { rate: 0 } },
    async (t, { page, server, faults }) => {
      const { analytics } = server
      const now = Date.now()
      analytics.operations = calmOperations(now)
      analytics.charts = fakeCharts(now)
      for (const key of ['g', 'o']) await page.keyboard.press(key)
      await until('all is well', async () => (await page.locator('text=All 10 are up, no alert.').count()) === 1)
      const textOf = async (name: string): Promise<string> => (await page.textContent(`section[aria-label="${name}"]`))!
      t.match(await textOf('Alerts'), 'No alert: no condition of a rule holds.')
      analytics.operations = troubledOperations(now)
      await until('it is not', async () => (await page.locator('text=2 of 10 are not up, 2 alerts.').count()) === 1)
      const alerts = await page.locator('.alerts li').allTextContents()
      t.match(alerts[0], /^✕ firing since .*sink has not answered for half a minute\. Read the end of its log/)
      t.match(alerts[2], /^◐ pending since .*transfer-enricher has not been running for a minute\. Ask \/health\/ready/)
      const health = await page.locator('section[aria-label="Health"] tbody tr').allTextContents()
      t.match(health[0], /^sink✕ down.*It does not answer\.$/, 'what is not up comes first')
      t.match(health[1], /^ingestion-transfers◐ not ready.*Broker 1 does not answer since 12 s: Connection refused\.$/)
      const rows = await page.locator('section[aria-label="Applications"] tbody tr').allTextContents()
      t.match(
        rows.find((row) => row.startsWith('transfer-enricher')),
        /◐ rebalancing4 of 6 tasks run, 2 processes1,207: 1,204 of ingestion\.bank\.transfers, 3 of ingestion\.bank\.users.*12,300 of 40,000$/,
      )
      t.match(
        await page.getAttribute('.chart svg >> nth=0', 'aria-label'),
        /^transfer-enricher: now [\d,]+ records, at most [\d,]+ records$/,
      )
      t.match(await page.textContent('.chart >> nth=0'), /Always 0: ingestion-transfers\.$/)
      t.match(await page.textContent('.chart >> nth=3'), 'Nothing yet.')

      await page.focus('.operate summary')
      await page.keyboard.press('Enter')
      await page.waitForSelector('text=up == 0 for 30 s')
      await page.focus('nav[aria-label="How far back"] a >> nth=2')
      await page.keyboard.press('Enter')
      t.equal(new URL(page.url()).search, '?range=1h')
      await until(
        'the address says how far',
        async () => (await page.locator('nav a[aria-current="page"]:text-is("1 h")').count()) === 1,
      )
      await page.focus('section[aria-label="Alerts"] a')
      await page.keyboard.press('Enter')
      t.equal(new URL(page.url()).pathname, '/dead-letters')
      for (const key of ['g', 'o']) await page.keyboard.press(key)
      analytics.operations = null
      await until(
        'it is said that this is old',
        async () => (await page.locator('text=What you see is from before.').count()) === 1,
      )
      t.match(await textOf('Alerts'), 'sink has not answered', 'and it stays')
      await page.click('section[aria-label="Applications"] a:text-is("transfer-enricher")')
      t.equal(new URL(page.url()).pathname + new URL(page.url()).search, '/graph?app=transfer-enricher')
      t.same(faults, [])
    },
  )
}
