/**
 * Plants faults into the library (test/mutants/*.patch), one at a time, and looks for a seed of the simulation that finds each.
 *
 *     npm run sim:mutants -- [--seeds N] [--only NAME]
 *
 * A mutant runs in a copy of the checkout. Exit code 1 if one is not found.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const root = fileURLToPath(new URL('../..', import.meta.url))
const patches = join(root, 'test/mutants')
const { values } = parseArgs({ options: { seeds: { type: 'string', default: '1000' }, only: { type: 'string' } } })

/** The level at which a mutant lives: codes of the Kafka clients run only at the wire. */
const levels: Readonly<Record<string, 'port' | 'wire'>> = {
  'stale-metadata': 'wire',
  'truncation-unnoticed': 'wire',
  'once-late-request': 'wire',
}

/** Faults of transactions. */
function guaranteeOf(name: string): string {
  return name.startsWith('once-') ? 'exactly_once_v2' : 'at_least_once'
}

function copyOfCheckout(): string {
  mkdirSync(join(root, 'temp'), { recursive: true })
  const copy = mkdtempSync(join(root, 'temp/mutant-'))
  for (const part of ['lib', 'test/sim', 'package.json', 'tsconfig.json'])
    cpSync(join(root, part), join(copy, part), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
  return copy
}

function find(name: string): string | null {
  const copy = copyOfCheckout()
  try {
    execFileSync('patch', ['-p1', '--silent', '-i', join(patches, `${name}.patch`)], { cwd: copy })
    const args = [
      '--seeds',
      values.seeds,
      '--once',
      '--quiet',
      '--until-failure',
      '--level',
      levels[name] ?? 'port',
      '--guarantee',
      guaranteeOf(name),
    ]
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--conditions=millrace-source', 'test/sim/run.ts', ...args], {
      cwd: copy,
      encoding: 'utf8',
    })
    if (status === null || stderr.includes('SyntaxError')) throw new Error(`The mutant ${name} does not run: ${stderr}`)
    return status === 0 ? null : (stdout || stderr).split('\n')[0]!
  } finally {
    rmSync(copy, { recursive: true, force: true })
  }
}

const names = readdirSync(patches).map((file) => file.replace('.patch', ''))
let missed = 0
for (const name of names.filter((each) => values.only === undefined || each === values.only)) {
  const found = find(name)
  if (found === null) missed++
  console.log(`${name}: ${found === null ? `NOT FOUND in ${values.seeds} seeds` : found}`)
}
console.log(`${missed} of ${names.length} mutants were not found.`)
process.exitCode = missed > 0 ? 1 : 0
