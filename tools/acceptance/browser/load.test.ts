import t from 'tap'
import type { Test } from 'tap'
import type { Page } from 'playwright-core'
import type { State, System } from '../../../app/contracts/feed.ts'
import { faultsOf, figures, hasLimits, idsOf, openPage, until, withBrowser } from './browser-test.ts'
import { measureFrames, showFrames } from './frames.ts'
import { Sql, startPipeline } from './real-pipeline.ts'
import type { Pipeline } from './real-pipeline.ts'

/** Transfers a second that the generator makes, each a POST of its own, and for how long. The acceptance runs 1,000 for 60 s. */
const rate = Number(process.env['PIPELINE_RATE'] ?? 100)
const seconds = Number(process.env['PIPELINE_SECONDS'] ?? 20)
const drainLimitMs = 30_000

async function underLoad(t: Test, page: Page, pipeline: Pipeline): Promise<void> {
  await until('the opening transfers are here', async () => (await figures(page)).onTheWay === 0)
  const before = (await figures(page)).acknowledged
  const outages = new Outages(pipeline.url)
  const kills = [0.25, 0.6].map((share) => setTimeout(() => void outages.kill(), share * seconds * 1_000))
  await generate(pipeline.url, { running: true, rate })
  const frames = await measureFrames(page, seconds)
  await generate(pipeline.url, { running: false })
  const [acknowledged, endedAt] = [(await figures(page)).acknowledged - before, Date.now()]
  for (const kill of kills) clearTimeout(kill)
  await until('all is here', async () => (await waiting(pipeline.url)) === 0 && (await figures(page)).onTheWay === 0, 180_000)
  const drainedMs = Date.now() - endedAt
  const outageSeconds = await outages.seconds()
  const perSecond = acknowledged / (seconds - outageSeconds)
  t.comment(
    `${perSecond.toFixed(0)} acknowledged a second outside of outages (${outageSeconds.toFixed(1)} s in 2), drained in ${drainedMs} ms`,
  )
  t.comment(`page: ${showFrames(frames)}`)
  using transfers = new Sql(pipeline, 'transfers')
  const inSql = transfers.all<{ id: number }>('select id from transfers order by id').map(({ id }) => id)
  await until('the page has what SQL has', async () => (await idsOf(page)).length === inSql.length, 60_000)
  t.same(await idsOf(page), inSql)
  t.match(await figures(page), { missing: 0, twice: 0 })
  t.match(await faultsOf(page), { miscounted: 0 })
  if (!hasLimits) return
  t.ok(perSecond >= rate, `${perSecond.toFixed(0)} a second of ${rate}`)
  t.ok(drainedMs <= drainLimitMs, `drained in ${drainedMs} ms of ${drainLimitMs}`)
  t.ok(frames.fps >= 50, `${frames.fps.toFixed(1)} frames a second of 50`)
  t.equal(frames.long, 0, 'no frame took long')
}

/** Kills, and how long the applications were away: from the end of a process until the next one answers. */
class Outages {
  readonly #url: string
  readonly #ms: Promise<number>[] = []

  constructor(url: string) {
    this.#url = url
  }

  async kill(): Promise<void> {
    const killed = (await system(this.#url)).outage?.count ?? 0
    await post(`${this.#url}/api/kill`, 'POST', {})
    this.#ms.push(this.#away(killed))
  }

  async seconds(): Promise<number> {
    return (await Promise.all(this.#ms)).reduce((sum, ms) => sum + ms, 0) / 1_000
  }

  /** Asks seldom: the state has all rows. */
  async #away(before: number): Promise<number> {
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, 5_000))
      const { outage } = await system(this.#url)
      if (outage !== null && outage.count > before && outage.backAt !== null) return outage.backAt - outage.at
    }
  }
}

const system = async (url: string): Promise<System> => ((await (await fetch(`${url}/api/state`)).json()) as State).system
const waiting = async (url: string): Promise<number> => (await system(url)).waiting
const generate = (url: string, change: object): Promise<unknown> => post(`${url}/api/generator`, 'PUT', change)

function post(url: string, method: string, body: object): Promise<unknown> {
  return fetch(url, { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
}

await withBrowser(async (bench) => {
  await using pipeline = await startPipeline()
  const { page, close } = await openPage(bench, pipeline.url)
  const name = `${rate} transfers a second for ${seconds} s with two kills: frames of the page, and all of them on it`
  await t.test(rate >= 1_000 && seconds >= 60 ? `L1: ${name}` : name, (t) => underLoad(t, page, pipeline))
  await close()
})
