import { readdirSync, readFileSync } from 'node:fs'
import t from 'tap'
import type { Test } from 'tap'
import { chromium } from 'playwright-core'
import type { Browser, BrowserContextOptions, BrowserServer, Page } from 'playwright-core'
import type { Trace } from '../../../app/contracts/feed.ts'
import { FakeServer } from '../fake/fake-server.ts'
import type { FakeServerOptions } from '../fake/fake-server.ts'
import { chromiumPath } from './chromium-path.ts'

const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking', '--disable-component-update']

export interface Bench {
  readonly browser: Browser
  /** The pid of Chromium. */
  readonly pid: number
}

/**
 * Runs the tests with the Chromium of this machine. Without one they are skipped, and say so on the error output; where CI runs, a
 * missing browser is a failure.
 */
export async function withBrowser(tests: (bench: Bench) => Promise<void>): Promise<void> {
  const executablePath = chromiumPath()
  if (executablePath === null) return absent()
  const server: BrowserServer = await chromium.launchServer({ executablePath, args: flags })
  const browser = await chromium.connect(server.wsEndpoint())
  try {
    await tests({ browser, pid: server.process().pid! })
  } finally {
    await browser.close()
    await server.close()
  }
}

function absent(): void {
  const message =
    'There is no Chromium on this machine: the tests of the page in a browser did NOT run. Install Debian’s chromium.'
  process.stderr.write(`\n!!! ${message}\n\n`)
  if (process.env['CI'] === 'true') t.fail(message)
  else t.pass(message, { skip: message })
}

export interface OpenPage {
  readonly page: Page
  /** What broke: exceptions, and reports of the policy. */
  readonly faults: string[]
  readonly close: () => Promise<void>
}

export interface PageOptions extends BrowserContextOptions {
  readonly path?: string
  readonly tour?: boolean
  /** What `Date.now()` says, for ever. */
  readonly fixedTime?: number
}

/** A page of its own context: nothing is kept from one test to the next. */
export async function openPage(
  { browser }: Bench,
  url: string,
  { path = '/', tour = false, fixedTime, ...options }: PageOptions = {},
): Promise<OpenPage> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options })
  const page = await context.newPage()
  if (fixedTime !== undefined) await page.clock.setFixedTime(fixedTime)
  const faults: string[] = []
  page.on('pageerror', (error) => faults.push(error.message))
  page.on('console', (message) => {
    if (message.text().includes('Content Security Policy')) faults.push(message.text())
  })
  if (!tour) await page.addInitScript(() => localStorage.setItem('millrace.tour', 'over'))
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) =>
      console.error(`Content Security Policy: ${event.violatedDirective}`),
    )
  })
  await page.goto(url + path)
  await page.waitForSelector('.rows table, .history .empty, .operate', { state: 'attached' })
  return { page, faults, close: () => context.close() }
}

/** A test with a fake server and a page on it. */
export function pageTest(
  name: string,
  bench: Bench,
  options: { readonly server?: FakeServerOptions; readonly page?: PageOptions },
  run: (t: Test, world: OpenPage & { readonly server: FakeServer }) => Promise<void>,
): Promise<void> {
  return t.test(name, async (t) => {
    await using server = await FakeServer.open(options.server)
    const open = await openPage(bench, server.url, options.page)
    try {
      await run(t, { ...open, server })
    } finally {
      await open.close()
    }
  }) as unknown as Promise<void>
}

export interface PageFigures {
  readonly acknowledged: number
  readonly onThisPage: number
  readonly onTheWay: number
  readonly missing: number
  readonly twice: number
  readonly repeated: number
  readonly received: number
}

/** What the page counted, asked of itself. */
export const figures = (page: Page): Promise<PageFigures> => page.evaluate(() => globalThis.millrace.proof())
export const idsOf = (page: Page): Promise<number[]> => page.evaluate(() => globalThis.millrace.ids())
export const faultsOf = (page: Page): Promise<Record<string, number>> => page.evaluate(() => globalThis.millrace.faults())

/** Waits until the page says so; the reason tells what it waited for. */
export async function until(what: string, isSo: () => Promise<boolean>, withinMs = 20_000): Promise<void> {
  const end = Date.now() + withinMs
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error(`It did not come within ${withinMs / 1_000} s: ${what}.`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

/** Waits until the element's text has this: figures are written with a later frame than the event that they tell of. */
export function says(page: Page, selector: string, text: string): Promise<void> {
  return until(`${selector} says “${text}”`, async () => ((await page.textContent(selector)) ?? '').includes(text))
}

/** Looks in each frame from now on. Gives what tells the part that was not there, if one was not. */
export async function watchParts(page: Page): Promise<() => Promise<string | undefined>> {
  await page.evaluate(() => {
    const look = (): void => {
      for (const part of ['h1', 'table', 'nav'])
        if (document.querySelector(part) === null) Object.assign(globalThis, { lost: part })
      requestAnimationFrame(look)
    }
    look()
  })
  return () => page.evaluate(() => (globalThis as { lost?: string }).lost)
}

export async function rename(page: Page, from: string, to: string): Promise<void> {
  await page.click(`button[aria-label="Rename ${from}"]`)
  await page.keyboard.type(to)
  await page.keyboard.press('Enter')
}

/** All processes below this one, and itself. */
export function processTree(pid: number): number[] {
  const parents = new Map<number, number>()
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
      parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]))
    } catch {
      // It has ended meanwhile.
    }
  }
  const isBelow = (child: number): boolean => child === pid || (parents.has(child) && isBelow(parents.get(child)!))
  return [...parents.keys()].filter(isBelow)
}

/**
 * Whether the limits of speed are asserted: `LIMITS=on`, for a quiet machine. Otherwise figures are only printed, since those of a busy
 * one say nothing of the page.
 */
export const hasLimits = process.env['LIMITS'] === 'on'

declare global {
  var millrace: {
    ids(): number[]
    faults(): Record<string, number>
    proof(): PageFigures
    trace(id: number): Trace | undefined
  }
}
