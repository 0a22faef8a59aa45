import { spawnSync } from 'node:child_process'
import { format } from 'node:util'
import { pathToFileURL } from 'node:url'

/** What a program of the guide prints, on either stream of the console. It runs in this process, so that many cost little; a test does not. */
export async function runSnippet(path: string): Promise<string> {
  const known = outputs.get(path)
  if (known !== undefined) return known
  const output = path.endsWith('.test.ts') ? testOutput(path) : await printedBy(() => import(pathToFileURL(path).href))
  outputs.set(path, output)
  return output
}

/** A module runs once, however many pages show it. */
const outputs = new Map<string, string>()

async function printedBy(program: () => Promise<unknown>): Promise<string> {
  const lines: string[] = []
  const methods = ['log', 'warn', 'error'] as const
  const saved = methods.map((method) => [method, console[method]] as const)
  for (const method of methods) console[method] = (...args: unknown[]) => void lines.push(format(...args))
  try {
    await program()
  } finally {
    for (const [method, original] of saved) console[method] = original
  }
  return lines.join('\n')
}

/** What Node's test runner prints, without durations. */
function testOutput(path: string): string {
  const { NODE_OPTIONS: _, ...env } = process.env
  const args = ['--conditions=millrace-source', '--test-reporter=spec', path]
  const { stdout, stderr } = spawnSync(process.execPath, args, { env: { ...env, FORCE_COLOR: '0' }, encoding: 'utf8' })
  return `${stdout}${stderr}`
    .replaceAll(/ \([\d.]+ms\)/g, '')
    .replaceAll(/^ℹ (duration_ms|suites|cancelled|skipped|todo) .*\n?/gm, '')
    .trim()
}
