import { posix } from 'node:path'
import t from 'tap'
import { depthMax, floors, forbiddenTo, homes } from '../../oxlint.config.ts'
import { manifest, projectFiles, read } from './source-files.ts'

const files = projectFiles()
const isText = (path: string): boolean => /\.(ts|cjs|json|md|yml|yaml|html|css)$|^\.ci\/run$|^\.[a-z]+rc$/.test(path)
const own = 'test/tidy/tidy.test.ts'

t.test('no file names a path of the machine it was written on', async (t) => {
  const paths = /(^|[\s'"`(=:])\/(work|root|farm|home)\//m
  t.same(
    files.filter((path) => isText(path) && path !== own && paths.test(read(path))),
    [],
  )
})

t.test('the top level holds what ARCHITECTURE.md lists, and nothing else', async (t) => {
  const folders = ['lib', 'examples', 'app', 'bench', 'test', 'tools', 'docs', 'deploy', '.ci', '.github']
  const found = [...new Set(files.filter((path) => path.includes('/')).map((path) => path.split('/')[0] ?? ''))]
  t.same(
    found.filter((folder) => !folders.includes(folder)),
    [],
  )
})

t.test('files are named in kebab-case', async (t) => {
  const code = files.filter((path) => /^(lib|app|examples|bench|test)\/.*\.ts$/.test(path))
  t.same(
    code.filter((path) => !/^[a-z0-9-]+(\.test)?\.ts$/.test(posix.basename(path))),
    [],
  )
})

t.test('every import of lib/ points downwards, dynamic ones and import types included', async (t) => {
  const specifiers = /(?:from|import)\s*\(?\s*'([^']+)'/g
  const faults: string[] = []
  for (const path of files.filter((file) => /^lib\/.*\.ts$/.test(file))) {
    const within = path.split('/').slice(1, -1)
    if (within.length > depthMax) faults.push(`${path} lies deeper than ${depthMax} folders`)
    for (const [, specifier = ''] of withoutComments(read(path)).matchAll(specifiers)) {
      const fault = faultOf(path, within, specifier)
      if (fault !== null) faults.push(`${path}: ${fault}`)
    }
  }
  t.same(faults, [])
})

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '')
}

function faultOf(path: string, within: readonly string[], specifier: string): string | null {
  if (!specifier.startsWith('.')) {
    const home = homes[specifier]
    return home === undefined || within.join('/').startsWith(home) ? null : `${specifier} lives in lib/${home}`
  }
  const target = posix.join(posix.dirname(path), specifier).split('/')
  if (target[0] !== 'lib') return `${specifier} leaves lib/`
  const folder = target.length === 2 ? '.' : (target[1] ?? '')
  const mine = path === 'lib/testing.ts' ? 'testing' : (within[0] ?? '.')
  if (!floors.flat().includes(folder)) return `lib/${folder} stands on no floor`
  return folder !== mine && forbiddenTo(mine).includes(folder) ? `lib/${mine} does not import lib/${folder}` : null
}

t.test('every command that a document names exists', async (t) => {
  const { scripts } = manifest()
  const documents = files.filter((path) => /^[^/]+\.md$/.test(path))
  const named = documents.flatMap((path) =>
    [...read(path).matchAll(/npm (?:run )?([a-z][a-z:-]*)/g)].map(([, name = '']) => name),
  )
  const npmOwn = ['ci', 'install', 'rebuild', 'pack', 'scripts']
  t.same(
    [...new Set(named)].filter((name) => scripts[name] === undefined && !npmOwn.includes(name)),
    [],
  )
  const tests = documents.flatMap((path) => [...read(path).matchAll(/\btest\/[\w/-]+\.test\.ts/g)].map(([test]) => test))
  t.same(
    tests.filter((test) => !files.includes(test)),
    [],
    'and every test file',
  )
})

t.test('the public types have none of kafkajs, whose name is a choice of connection only, and nothing is `any`', async (t) => {
  const reports = files.filter((path) => path.startsWith('docs/api/'))
  t.same(
    reports.filter((path) => /(?<!@)kafkajs/i.test(read(path).replaceAll("'kafkajs'", ''))),
    [],
  )
  const types = reports.flatMap((path) => {
    const code = withoutComments(read(path)).split('\n')
    return code
      .filter((line) => !line.startsWith('//') && /[:<|&,(]\s*any\b|\bany\[\]/.test(line))
      .map((line) => `${path}: ${line.trim()}`)
  })
  t.same(types, [])
})

t.test('every entry has its three conditions, and one API report', async (t) => {
  const entries = Object.entries(manifest().exports).filter(([entry]) => entry !== './package.json')
  for (const [entry, target] of entries) {
    const name = entry === '.' ? 'index' : entry.slice(2)
    t.same(target, { 'millrace-source': `./lib/${name}.ts`, types: `./dist/${name}.d.ts`, default: `./dist/${name}.js` }, entry)
    t.ok(files.includes(`docs/api/${entry === '.' ? 'millrace' : name}.api.md`), `${entry} has an API report`)
  }
})
