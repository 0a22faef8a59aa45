/**
 * Brings about one of ten faults in a pipeline that runs, without saying which: for somebody who tries to find it with the pages and
 * docs/operating.md alone. See `usage`.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { interrupted } from '../platform/interrupted.ts'
import { faults } from './faults.ts'
import type { Fault } from './faults.ts'

const usage = `npm run fault -- --dir DIRECTORY [OPTIONS]
  Brings about one of ten faults in the pipeline that runs on DIRECTORY, and does not say which. Ctrl-C ends it, and takes it away.
  --seed NUMBER    draws the order of the ten; the same seed gives the same order. Default: any
  --trial NUMBER   which of them, 1 to 10; 1 by default
  --url URL        the pipeline, http://localhost:8080 by default
  --minutes NUMBER how long, 5 by default
  --open FILE      tells what was sealed
`

/** The ten in an order that a seed draws. */
export function drawn(seed: number): readonly Fault[] {
  const order = [...faults]
  let state = seed >>> 0
  for (let last = order.length - 1; last > 0; last--) {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0
    const other = Math.floor((((state ^ (state >>> 13)) >>> 0) / 2 ** 32) * (last + 1))
    ;[order[last], order[other]] = [order[other]!, order[last]!]
  }
  return order
}

/** Not to be read by accident; it is no secret. */
export const sealed = (text: string): string => Buffer.from(text).toString('base64')
export const opened = (seal: string): string => Buffer.from(seal, 'base64').toString()

async function run(args: readonly string[]): Promise<void> {
  const text = { type: 'string' } as const
  const options = { seed: text, trial: text, url: text, dir: text, minutes: text, open: text, help: { type: 'boolean' } } as const
  const { values } = parseArgs({ args: [...args], options })
  if (values.open !== undefined) return void process.stdout.write(`${opened(readFileSync(values.open, 'utf8'))}\n`)
  const { dir } = values
  if (values.help === true || dir === undefined) return void process.stdout.write(usage)
  const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31))
  const fault = drawn(seed)[Number(values.trial ?? 1) - 1]
  if (fault === undefined) throw new RangeError('--trial is 1 to 10.')
  const path = `fault-${seed}-${values.trial ?? 1}.sealed`
  writeFileSync(path, sealed(`${fault.name}: ${fault.cause}`))
  process.stdout.write(`A fault is there. What it is tells: npm run fault -- --open ${path}\n`)
  const ending = new AbortController()
  void interrupted().then(() => ending.abort())
  const signal = AbortSignal.any([ending.signal, AbortSignal.timeout(Number(values.minutes ?? 5) * 60_000)])
  await fault.inject({ url: values.url ?? 'http://localhost:8080', dir }, signal)
  process.stdout.write('It is taken away.\n')
}

if (import.meta.main) await run(process.argv.slice(2))
