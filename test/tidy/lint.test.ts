import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import t from 'tap'
import { floors, forbiddenTo, homes } from '../../oxlint.config.ts'

const root = join(import.meta.dirname, '..', '..')
const tools = join(root, 'tools', 'node_modules')

/** Writes `files` into an empty project with our configuration, lints it, and returns each finding as `path rule`. */
function lint(files: Readonly<Record<string, string>>): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-lint-'))
  try {
    for (const name of ['oxlint.config.ts', 'tsconfig.json', 'package.json']) cpSync(join(root, name), join(folder, name))
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
    writeFileSync(join(folder, '.gitignore'), 'node_modules\n')
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), text)
    }
    const linter = join(tools, 'oxlint', 'bin', 'oxlint')
    // tap writes a hook into the NODE_OPTIONS of every child, and the linter cannot start under it.
    const command = [
      '-u',
      'NODE_OPTIONS',
      `PATH=${process.env['PATH']}:${join(tools, '.bin')}`,
      process.execPath,
      linter,
      '--type-aware',
      '--format=json',
    ]
    const { stdout, stderr } = spawnSync('env', command, { cwd: folder, encoding: 'utf8' })
    if (!stdout.startsWith('{')) throw new Error(`oxlint did not run: ${stdout}${stderr}`)
    const { diagnostics } = JSON.parse(stdout) as { diagnostics: { filename: string; code?: string }[] }
    return diagnostics.map(({ filename, code }) => `${filename} ${code?.replace(/^.*\((.*)\)$/, '$1')}`)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const folders = floors.flat().filter((folder) => folder !== '.')
const word = 'export interface Word { readonly text: string }\n'

t.test('an import upwards or sideways is found, a type import included, at every depth', async (t) => {
  const files: Record<string, string> = { 'lib/kafka-streams.ts': word }
  const expected: string[] = []
  for (const folder of folders) {
    files[`lib/${folder}/word.ts`] = word
    for (const other of forbiddenTo(folder)) {
      const target = other === '.' ? 'kafka-streams.ts' : `${other}/word.ts`
      const name = other === '.' ? 'root' : other
      for (const [path, up] of [
        [`lib/${folder}/planted-${name}.ts`, '../'],
        [`lib/${folder}/deep/er/planted-${name}.ts`, '../../../'],
      ] as const) {
        files[path] = `export type { Word } from '${up}${target}'\n`
        expected.push(`${path} no-restricted-imports`)
      }
    }
  }
  t.ok(expected.length > 100)
  t.same(lint(files).sort(), expected.sort())
})

t.test('an import downwards is free', async (t) => {
  const files: Record<string, string> = { 'lib/kafka-streams.ts': word }
  for (const folder of folders) {
    files[`lib/${folder}/word.ts`] = word
    for (const other of folders)
      if (other !== folder && !forbiddenTo(folder).includes(other))
        files[`lib/${folder}/sound-${other}.ts`] = `export type { Word } from '../${other}/word.ts'\n`
  }
  t.same(lint(files), [])
})

t.test('a package is imported in its home only', async (t) => {
  const files: Record<string, string> = {}
  const expected: string[] = []
  for (const [name, home] of Object.entries(homes)) {
    const text = `export * from '${name}'\n`
    const file = `${name.replaceAll(/\W/g, '-')}.ts`
    files[`lib/${home}/${file}`] = text
    for (const folder of folders) {
      files[`lib/${folder}/${file}`] = text
      expected.push(`lib/${folder}/${file} no-restricted-imports`)
    }
  }
  t.same(lint(files).sort(), expected.sort())
})

t.test('time, timers and chance come through a port, in whatever way they are asked for', async (t) => {
  const time = {
    'no-restricted-globals': [
      'Date.now()',
      'new Date()',
      'setTimeout(() => 0, 1)',
      'setInterval(() => 0, 1)',
      'setImmediate(() => 0)',
      'performance.now()',
    ],
    'no-restricted-properties': [
      'globalThis.setTimeout(() => 0, 1)',
      'globalThis.Date.now()',
      'AbortSignal.timeout(1)',
      'process.nextTick(() => 0)',
      'process.hrtime()',
      'process.hrtime.bigint()',
      'Atomics.wait(new Int32Array(1), 0, 0, 1)',
    ],
  }
  const chance = {
    'no-restricted-globals': ['crypto.randomUUID()'],
    'no-restricted-properties': ['Math.random()', 'globalThis.crypto.randomUUID()'],
  }
  const free = "export const asked = queueMicrotask(() => 0)\nexport { createHash } from 'node:crypto'\n"
  const planted = (uses: typeof time): string => Object.values(uses).flat().map((use, index) => `export const use${index} = ${use}\n`).join('') // prettier-ignore
  const found = (path: string, uses: typeof time): string[] =>
    Object.entries(uses).flatMap(([rule, each]) => each.map(() => `${path} ${rule}`))
  const plainFiles = ['clock/manual-clock', 'transport/embedded/planted', 'storage/lmdb/planted', 'runtime/planted', 'kafka-streams'] // prettier-ignore
  const connection = 'transport/kafka/connection/kafkajs/planted'
  const files = Object.fromEntries([...plainFiles, connection].map((path) => [`lib/${path}.ts`, planted(time) + free]))
  for (const path of plainFiles) files[`lib/${path}-chance.ts`] = planted(chance)
  const ports = { 'lib/clock/system-clock.ts': planted(time), 'lib/clock/chance.ts': planted(chance) }
  const expected = [
    ...[...plainFiles, connection].flatMap((path) => found(`lib/${path}.ts`, time)),
    ...plainFiles.flatMap((path) => found(`lib/${path}-chance.ts`, chance)),
  ]
  t.same(lint({ ...files, ...ports }).sort(), expected.sort())
})

t.test('modules of time, chance, sockets and files are imported by the ports only', async (t) => {
  const files = {
    'lib/runtime/net.ts': "export { connect } from 'node:net'\n",
    'lib/runtime/timers.ts': "export { setTimeout } from 'node:timers/promises'\n",
    'lib/runtime/chance.ts': "export { randomUUID } from 'node:crypto'\n",
    'lib/storage/lmdb/timers.ts': "export { setTimeout } from 'timers/promises'\n",
    'lib/storage/lmdb/files.ts': "export { readFileSync } from 'node:fs'\n",
    'lib/transport/kafka/connection/kafkajs/net.ts': "export { connect } from 'node:net'\n",
    'lib/transport/kafka/client/net.ts': "export type { Socket } from 'node:net'\n",
    'lib/transport/kafka/tls.ts': "export { connect } from 'node:tls'\n",
    'lib/clock/chance.ts': "export { randomUUID } from 'node:crypto'\n",
  }
  const refused = [
    'lib/runtime/net.ts',
    'lib/runtime/timers.ts',
    'lib/runtime/chance.ts',
    'lib/storage/lmdb/timers.ts',
    'lib/transport/kafka/client/net.ts',
    'lib/transport/kafka/tls.ts',
  ]
  t.same(lint(files).sort(), refused.map((path) => `${path} no-restricted-imports`).sort())
})

t.test('examples and app import the library by its package name', async (t) => {
  const found = lint({
    'lib/model/word.ts': word,
    'app/planted.ts': "export type { Word } from '../lib/model/word.ts'\n",
    'app/client.ts': "export { Kafka } from 'kafkajs'\n",
    'examples/one/planted.ts': "export type { Word } from '../../lib/model/word.ts'\n",
    'examples/one/sound.ts': "export type { Topic } from 'millrace'\n",
  })
  t.same(
    found.sort(),
    ['app/client.ts', 'app/planted.ts', 'examples/one/planted.ts'].map((path) => `${path} no-restricted-imports`),
  )
})

t.test('cycles, default exports, floating promises and length are found', async (t) => {
  const lines = (count: number): string =>
    Array.from({ length: count }, (_, index) => `export const c${index} = ${index}\n`).join('')
  const body = (count: number): string => Array.from({ length: count }, (_, index) => `  sum += ${index}\n`).join('')
  const found = lint({
    'lib/model/a.ts': "import { b } from './b.ts'\nexport const a = (): number => b()\n",
    'lib/model/b.ts': "import { a } from './a.ts'\nexport const b = (): number => a()\n",
    'lib/model/default.ts': 'export default 1\n',
    'lib/model/floating.ts': 'async function work(): Promise<void> {}\nexport function start(): void {\n  work()\n}\n',
    'lib/model/long.ts': lines(401),
    'lib/model/long-enough.ts': lines(400),
    'lib/model/long-function.ts': `export function add(): number {\n  let sum = 0\n${body(68)}  return sum\n}\n`,
    'lib/model/long-enough-function.ts': `export function add(): number {\n  let sum = 0\n${body(66)}  return sum\n}\n`,
    'test/model/floating.test.ts':
      "import t from 'tap'\nt.test('a test', async (t) => {\n  t.ok(true)\n})\nPromise.reject(new Error('lost'))\n",
  })
  t.same(found.sort(), [
    'lib/model/a.ts no-cycle',
    'lib/model/b.ts no-cycle',
    'lib/model/default.ts no-default-export',
    'lib/model/floating.ts no-floating-promises',
    'lib/model/long-function.ts max-lines-per-function',
    'lib/model/long.ts max-lines',
    'test/model/floating.test.ts no-floating-promises',
  ])
})

t.test('operators keep nothing in typed arrays', async (t) => {
  const text = 'export const column = new Int32Array(4)\n'
  t.same(lint({ 'lib/processor/planted.ts': text, 'lib/state/free.ts': text }), [
    'lib/processor/planted.ts no-restricted-globals',
  ])
})
