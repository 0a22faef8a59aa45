import { join } from 'node:path'
import t from 'tap'
import ts from 'typescript'
import * as millrace from '../../lib/index.ts'
import { projectFiles, read, root } from '../tidy/source-files.ts'

/** What the examples of docstrings stand on. */
const given = `
import type {
  CogroupedKStream, KGroupedStream, KGroupedTable, KStream, KTable, ProcessorContext, SessionWindowedKStream, StreamsBuilder as Builder,
  TimeWindowedKStream, Topic, Windowed,
} from '../../lib/index.ts'
`

const declared = `
interface Order { readonly customer: string; readonly amount: number; readonly items: readonly string[] }
interface User { readonly name: string; readonly country: string }
interface Click { readonly weight: number }
interface Transfer { readonly userId: string; readonly amount: number }
declare const builder: Builder
declare const ordersTopic: Topic<string, Order>
declare const usersTopic: Topic<string, User>
declare const prices: Topic<string, number>
declare const stream: KStream<string, number>
declare const orders: KStream<string, Order>
declare const oldOrders: KStream<string, Order>
declare const payments: KStream<string, Order>
declare const clicks: KStream<string, Click>
declare const views: KStream<string, Click>
declare const grouped: KGroupedStream<string, Order>
declare const groupedTable: KGroupedTable<string, number>
declare const perMinute: TimeWindowedKStream<string, Order>
declare const lastMinutes: TimeWindowedKStream<string, Order>
declare const sessions: SessionWindowedKStream<string, Order>
declare const cogrouped: CogroupedKStream<string, number>
declare const transfers: KTable<string, Transfer>
declare const users: KTable<string, User>
declare const balances: KTable<string, number>
declare const counts: KTable<Windowed<string>, number>
declare const context: ProcessorContext<string, number>
declare const report: (now: number) => void
declare const seenStore: ReturnType<typeof keyValueStore<string, number>>
`

/** All values that the package exports. */
const values = Object.keys(millrace)

interface Example {
  readonly where: string
  readonly code: string
}

const folders = /^lib\/(dsl|state|topology)\/.*\.ts$|^lib\/(processor\/processor|model\/topic)\.ts$/

/** The text below each `@example`, without the comment's stars. */
function examplesOf(path: string): Example[] {
  const text = read(path)
  return [...text.matchAll(/@example\n([^]*?)\*\//g)].map((found) => ({
    where: `${path}:${text.slice(0, found.index).split('\n').length}`,
    code: found[1]!.replaceAll(/^ *\* ?/gm, '').replaceAll(/^ *@\w+[^]*/gm, ''),
  }))
}

const examples = projectFiles()
  .filter((path) => folders.test(path))
  .flatMap(examplesOf)

const file = join(root, 'test', 'types', 'all-examples.ts')
const head = `${given}import { ${values.join(', ')} } from '../../lib/index.ts'\n${declared}`
const functions = examples.map(({ code }, index) => `export async function example${index}(): Promise<void> {\n${code}\n}\n`)
const text = head + functions.join('')

/** All of them in one file: what they stand on is checked once. */
function compile(): ts.Program {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile) as { config: object }
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root)
  const host = ts.createCompilerHost(options)
  const { fileExists, readFile, getSourceFile } = host
  host.fileExists = (name) => name === file || fileExists(name)
  host.readFile = (name) => (name === file ? text : readFile(name))
  host.getSourceFile = (name, target, ...rest) =>
    name === file ? ts.createSourceFile(name, text, target) : getSourceFile(name, target, ...rest)
  return ts.createProgram([file], { ...options, noUnusedLocals: false, noUnusedParameters: false }, host)
}

/** The example that stands at this place of the file. */
function exampleAt(position: number): string {
  let end = head.length
  const index = functions.findIndex((each) => position < (end += each.length))
  return examples[index]?.where ?? 'given'
}

t.test('the examples of docstrings compile', async (t) => {
  t.ok(examples.length > 60, `${examples.length} examples`)
  const program = compile()
  const source = program.getSourceFile(file)!
  const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)]
  t.same(
    found.map(({ messageText, start = 0 }) => `${exampleAt(start)}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`),
    [],
  )
})

/** Methods of handles that only say what is, and add nothing. */
const plain = new Set(['constructor', 'queryableStoreName'])

t.test('every operator of the DSL has an example', async (t) => {
  const handles = projectFiles().filter((path) => /^lib\/dsl\/[^/]*\.ts$/.test(path))
  for (const path of handles) {
    const source = ts.createSourceFile(path, read(path), ts.ScriptTarget.Latest, true)
    const classes = source.statements.filter(ts.isClassDeclaration)
    const methods = classes.flatMap(({ members }) => members.filter(ts.isMethodDeclaration))
    const named = methods.filter(({ name }) => ts.isIdentifier(name) && !plain.has(name.text))
    const withExample = new Set(named.filter(hasExample).map(({ name }) => name.getText()))
    for (const name of new Set(named.map(({ name }) => name.getText()))) t.ok(withExample.has(name), `${path}: ${name}`)
  }
})

function hasExample(node: ts.Node): boolean {
  return ts.getJSDocTags(node).some(({ tagName }) => tagName.text === 'example')
}
