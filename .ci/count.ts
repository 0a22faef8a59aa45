/**
 * `count.ts FILE…`: sums the test points of TAP files and the `N passed, N failed` lines of the others (`.txt`), lists
 * what failed, was skipped or is to do, and closes with `N passed, N failed`. Skips and todos count as failed, and so does a
 * file without a single point.
 */
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { Parser, type Result } from 'tap-parser'

interface Count {
  readonly passed: number
  readonly faults: readonly string[]
}

function countTap(path: string): Count {
  const events = Parser.parse(readFileSync(path, 'utf8'), { flat: true }) as unknown as [string, Result][]
  const points = events.filter(([type]) => type === 'assert').map(([, point]) => point)
  const bad = points.filter((point) => !point.ok || point.skip || point.todo)
  const faults = bad.map(
    (point) => `${point.skip ? 'skipped' : point.todo ? 'todo' : 'failed'}: ${point.fullname} > ${point.name}`,
  )
  const bailouts = events.filter(([type]) => type === 'bailout').map(() => 'bailed out')
  return { passed: points.length - bad.length, faults: [...faults, ...bailouts] }
}

function countScenarios(path: string): Count {
  const last = [...readFileSync(path, 'utf8').matchAll(/^(\d+) passed, (\d+) failed$/gm)].at(-1)
  if (last === undefined) return { passed: 0, faults: ['no closing line'] }
  return {
    passed: Number(last[1]),
    faults: Array.from({ length: Number(last[2]) }, (_, index) => `scenario ${index + 1} of ${last[2]}`),
  }
}

let passed = 0
let failed = 0
for (const path of process.argv.slice(2)) {
  const { passed: good, faults } = path.endsWith('.txt') ? countScenarios(path) : countTap(path)
  const all = good + faults.length === 0 ? ['nothing ran'] : faults
  for (const fault of all) console.log(`${basename(path)}: ${fault}`)
  passed += good
  failed += all.length
}
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 && passed > 0 ? 0 : 1
