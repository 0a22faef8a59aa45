import { posix } from 'node:path'
import t from 'tap'
import { projectFiles, read } from './source-files.ts'

// Each file of lib/runtime has a test of its own name, or a line in a table of ARCHITECTURE.md that says which suite shows it.

const files = projectFiles()
const suites = files.filter((path) => path.startsWith('test/') && path.endsWith('.test.ts'))
const runtime = files.filter((path) => path.startsWith('lib/runtime/')).map((path) => path.slice('lib/runtime/'.length, -3))
const names = new Set(suites.filter((path) => path.startsWith('test/runtime/')).map((path) => posix.basename(path, '.test.ts')))
const withoutOwn = runtime.filter((file) => !names.has(posix.basename(file)))

const [, table = ''] = /\| lib\/runtime[^|]*\| shown by[^|]*\|\n\|[- |]+\|\n((?:\|.*\n)+)/.exec(read('ARCHITECTURE.md')) ?? []
const rows = table.split('\n').filter((line) => line !== '')
const cells = rows.map((row) =>
  row
    .split('|')
    .slice(1, 3)
    .map((cell) => cell.trim()),
) as [string, string][]

/** `task/{a, b}, loop/c` as paths. */
function expanded(list: string): string[] {
  return [...list.matchAll(/([^\s,{}]*)\{([^}]*)\}|[^\s,{}]+/g)].flatMap(([whole, folder, inner]) =>
    inner === undefined ? [whole] : inner.split(', ').map((name) => `${folder}${name}`),
  )
}

t.test('each file of lib/runtime has a test of its own name, or a line in ARCHITECTURE.md, 11', async (t) => {
  const listed = cells.flatMap(([shown]) => expanded(shown))
  t.same(
    withoutOwn.filter((file) => !listed.includes(file)),
    [],
  )
  t.same(
    listed.filter((file) => !runtime.includes(file)),
    [],
    'the lines name files that are there',
  )
})

t.test('the suites that the lines name exist', async (t) => {
  const named = cells.flatMap(([, by]) => expanded(by))
  t.ok(named.length > 0)
  const missing = named.filter((name) => !suites.includes(`test/${name}.test.ts`))
  t.same(missing, [])
})
