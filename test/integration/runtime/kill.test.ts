import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { seededChance } from '../../../lib/clock/chance.ts'

const program = fileURLToPath(new URL('enricher-process.ts', import.meta.url))
const total = 4000

/** Runs the process until it ends, or is killed at this step of its work. */
function run(dir: string, killAtStep = Infinity): Promise<{ readonly signal: string | null; readonly lines: readonly string[] }> {
  // Nothing of the test runner's, which would load its hooks into the child.
  const { NODE_OPTIONS: _options, ...env } = process.env
  const child = spawn(process.execPath, ['--conditions=millrace-source', program, dir, String(total)], { env })
  const lines: string[] = []
  let steps = 0
  const read = (line: string): void => {
    if (line !== 'step') lines.push(line)
    else if (++steps === killAtStep) child.kill('SIGKILL')
  }
  for (const input of [child.stdout, child.stderr]) createInterface({ input }).on('line', read)
  return new Promise((resolve) => {
    child.on('close', (_code, signal) => resolve({ signal, lines }))
  })
}

t.test('kill -9 at random moments: the outcome is that of all acknowledged updates', async (t) => {
  const dir = t.testdir()
  const seed = Number(process.env['SEED'] ?? 11)
  const chance = seededChance(seed)
  const restores: { readonly start: number; readonly end: number }[] = []
  let killed = 0
  for (let round = 0; round < 10; round++) {
    const { signal, lines } = await run(dir, 1 + Math.floor(chance.float() * 300))
    if (signal === 'SIGKILL') killed++
    restores.push(...lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line)))
  }
  const { lines } = await run(dir)
  t.ok(lines.includes('equal 60'), lines.join('\n'))
  t.ok(killed >= 5, `${killed} kills, seed ${seed}`)
  t.ok(
    restores.some(({ start, end }) => start > 0 && end > start),
    'stores opened at a position above zero, and replayed the tail',
  )
})
