import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import t from 'tap'
import { manifest, read, root } from './source-files.ts'

const guard = join(root, '.ci', 'require-node.cjs')

/** Runs the guard in a process that calls itself Node `version`. */
function runAs(version: string): { status: number | null; stderr: string } {
  const script = `Object.defineProperty(process.versions, 'node', { value: '${version}' }); require(${JSON.stringify(guard)})`
  return spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' })
}

t.test('an older Node ends with one sentence', async (t) => {
  const { status, stderr } = runAs('20.20.2')
  t.equal(status, 1)
  t.match(stderr, /^Millrace needs Node 24 or newer, and this is Node 20\.20\.2: [^\n]+\n$/)
})

t.test('Node 24 and later pass in silence', async (t) => {
  for (const version of ['24.0.0', '26.10.0']) t.match(runAs(version), { status: 0, stderr: '' })
})

t.test('the guard parses on any Node', async (t) => {
  t.notMatch(read('.ci/require-node.cjs'), /\b(const|let)\b|=>|`[^`]*\$\{|\?\?|\?\./)
})

t.test('every script that runs our code calls the guard first, or calls a script that does', async (t) => {
  const unguarded = Object.entries(manifest().scripts).filter(
    ([, command]) => !/^(node \.ci\/(require-node|with-tools)\.cjs|npm run) /.test(command),
  )
  t.same(unguarded, [])
})
