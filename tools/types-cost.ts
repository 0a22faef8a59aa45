/**
 * What type-checking the examples costs: the compiler's own time for checking, and all of it. The limit is 2 s of checking; a machine
 * that is busy takes longer, so the fastest of three runs counts.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const limitS = 2
const folder = mkdtempSync(join(root, 'node_modules', '.types-cost-'))
const project = join(folder, 'tsconfig.json')
// Without the condition of the sources the examples see what users see: the built declarations.
const compilerOptions = { customConditions: [] }
writeFileSync(
  project,
  JSON.stringify({ extends: join(root, 'tsconfig.json'), compilerOptions, include: [join(root, 'examples')] }),
)
try {
  const runs = [measure(), measure(), measure()]
  const best = runs.reduce((fastest, run) => (run.check < fastest.check ? run : fastest))
  const seconds = (value: number): string => `${value.toFixed(2)} s`
  process.stdout.write(
    `examples: check ${seconds(best.check)}, all ${seconds(best.total)}, ${best.instantiations} instantiations\n`,
  )
  if (best.check >= limitS) process.stdout.write(`The limit is ${seconds(limitS)}.\n`)
  process.exitCode = best.check < limitS ? 0 : 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}

interface Cost {
  readonly check: number
  readonly total: number
  readonly instantiations: number
}

function measure(): Cost {
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  const options = ['--noEmit', '--extendedDiagnostics', '--incremental', 'false', '-p', project]
  const { stdout, status } = spawnSync(process.execPath, [compiler, ...options], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`The examples do not compile:\n${stdout}`)
  const figure = (name: string): number => Number(new RegExp(`^${name}:\\s+([\\d.]+)`, 'm').exec(stdout)?.[1])
  return { check: figure('Check time'), total: figure('Total time'), instantiations: figure('Instantiations') }
}
