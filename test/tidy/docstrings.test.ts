import { join } from 'node:path'
import t from 'tap'
import ts from 'typescript'
import { manifest, root } from './source-files.ts'

const entries = Object.values(manifest().exports)
  .flatMap((entry) => (typeof entry === 'string' ? [] : [entry['millrace-source']]))
  .filter((file): file is string => file !== undefined)
  .map((file) => join(root, file))

const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile) as { config: object }
const program = ts.createProgram(entries, ts.parseJsonConfigFileContent(config, ts.sys, root).options)
const checker = program.getTypeChecker()

/** All that a public entry exports, once. */
function publicSymbols(): Set<ts.Symbol> {
  const modules = entries.map((entry) => checker.getSymbolAtLocation(program.getSourceFile(entry)!)!)
  const exported = modules.flatMap((module) => checker.getExportsOfModule(module))
  return new Set(exported.map((each) => (each.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(each) : each)))
}

function isDocumented(symbol: ts.Symbol): boolean {
  return symbol.getDocumentationComment(checker).length > 0 || symbol.getJsDocTags(checker).length > 0
}

type Described = readonly [name: string, symbol: ts.Symbol, node: ts.Declaration]

function membersOf(symbol: ts.Symbol): Described[] {
  const declared = (symbol.declarations ?? []).filter(
    (each): each is ts.InterfaceDeclaration | ts.ClassDeclaration =>
      ts.isInterfaceDeclaration(each) || ts.isClassDeclaration(each),
  )
  const members = declared.flatMap(({ members }) => [...members] as (ts.TypeElement | ts.ClassElement)[])
  return members.flatMap((member) => {
    if (member.name === undefined || !ts.isIdentifier(member.name)) return []
    return [[`${symbol.name}.${member.name.text}`, checker.getSymbolAtLocation(member.name)!, member] as const]
  })
}

t.test('what is public says what it means', async (t) => {
  const described = [...publicSymbols()].flatMap((symbol): Described[] => [
    [symbol.name, symbol, symbol.declarations![0]!],
    ...membersOf(symbol),
  ])
  const silent = described
    .filter(([, symbol]) => !isDocumented(symbol))
    .map(([name, , node]) => `${node.getSourceFile().fileName.slice(root.length + 1)}: ${name}`)
  t.same([...new Set(silent)], [])
})

t.test('options may be undefined, for users with exactOptionalPropertyTypes', async (t) => {
  const options = [...publicSymbols()].filter(({ name }) => /(Options|Config)$/.test(name)).flatMap(membersOf)
  const exact = options
    .filter(([, , node]) => ts.isPropertySignature(node) && node.questionToken !== undefined)
    .filter(([, , node]) => !/\bundefined\b|^never$|^unknown$/.test((node as ts.PropertySignature).type!.getText()))
    .map(([name]) => name)
  t.same(exact, [])
})
