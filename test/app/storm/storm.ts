/**
 * A storm of bad records: `npm run storm -- [--rate 500] [--seconds 300] [--bad 1] [--outages 20,20,30] [--dir D]`.
 *
 * The pipeline runs twice under the same load, with a registry, a document store and a broker that are away for a while: first without bad
 * records, then with so many of 100, of ten kinds. Then SQL is mended in SQL, faults of registry and store are replayed, foreign bytes are
 * discarded. It prints what it saw. Exit code 1 if the good records' p99 outside of outages is above 1.5 times that of the first run, a
 * record is lost or there twice, a bad one is not in its place with its bytes and a reason, or documents and SQL differ at the end.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { quantile } from './latencies.ts'
import { runStorm } from './run-storm.ts'
import type { StormOptions, StormOutcome } from './run-storm.ts'

const slowerMax = 1.5

async function run(name: string, options: StormOptions): Promise<StormOutcome> {
  const dir = join(options.dir, name)
  await mkdir(dir, { recursive: true })
  const outcome = await runStorm({ ...options, dir })
  console.log({ run: name, ...figuresOf(outcome), faults: outcome.faults.slice(0, 50), faultCount: outcome.faults.length })
  return outcome
}

function figuresOf({ latencies, outages, good, bad, letters }: StormOutcome): object {
  const away = outages.map(({ of, from, to, drainedAt }) => `${of} ${to - from} ms, caught up ${drainedAt - to} ms later`)
  const [p50, p99, max] = [quantile(latencies, 0.5), quantile(latencies, 0.99), latencies.at(-1)]
  return { good, bad, letters, outages: away, outsideOutages: latencies.length, latencyMs: { p50, p99, max } }
}

const text = (value: string) => ({ type: 'string', default: value }) as const
const { values } = parseArgs({
  options: { rate: text('500'), seconds: text('300'), bad: text('1'), outages: text('20,20,30'), dir: { type: 'string' } },
})
const [registry, store, broker] = values.outages.split(',').map((seconds) => Number(seconds) * 1000) as [number, number, number]
const dir = values.dir ?? (await mkdtemp(join(tmpdir(), 'millrace-storm-')))
const options = { dir, rate: Number(values.rate), seconds: Number(values.seconds), outageMs: { registry, store, broker } }
const calm = await run('calm', { ...options, badPercent: 0 })
const storm = await run('storm', { ...options, badPercent: Number(values.bad) })
const slower = quantile(storm.latencies, 0.99) / quantile(calm.latencies, 0.99)
console.log({ p99ComparedWithCalm: Math.round(slower * 100) / 100, atMost: slowerMax, dir })
const isGood = calm.faults.length + storm.faults.length === 0 && slower <= slowerMax
if (isGood && values.dir === undefined) await rm(dir, { recursive: true, force: true })
process.exitCode = isGood ? 0 : 1
