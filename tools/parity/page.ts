import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { configKeys, configOption } from './config-keys.ts'
import { java } from './java-api.ts'
import { mapping } from './mapping.ts'

const root = join(import.meta.dirname, '..', '..')

interface Row {
  readonly java: string
  readonly overloads: number | undefined
  readonly millrace: string
}

export const pagePath = join(root, 'docs', 'kafka-streams-parity.md')

/** The page, and what is wrong with the mapping. */
export function parityPage(): { readonly text: string; readonly problems: readonly string[] } {
  const rows = Object.entries(java.classes).flatMap(([name, methods]) => rowsOf(name, methods))
  const names = millraceNames()
  const unmapped = Object.keys(java.classes).filter((name) => mapping[name] === undefined)
  const gone = Object.entries(mapping).flatMap(([name, { methods = {} }]) => unknownJava(name, Object.keys(methods)))
  const keys = java.config.map((key) => ({ java: key, overloads: 1, millrace: configOption(key) }))
  const goneKeys = Object.keys(configKeys).filter((key) => !java.config.includes(key))
  const problems = [
    ...unmapped.map((name) => `${name} has no row.`),
    ...gone.map((name) => `Java ${java.release} has no ${name}.`),
    ...goneKeys.map((key) => `Java ${java.release} has no key ${key}.`),
    ...[...rows, ...keys].flatMap((row) => rowProblems(row, names)),
  ]
  return { text: render(rows, keys), problems }
}

function rowsOf(name: string, methods: Readonly<Record<string, number>>): Row[] {
  const parity = mapping[name]
  if (parity === undefined) return []
  const [, sameType] = /^`(\w+)`/.exec(parity.millrace) ?? []
  const textOf = (method: string): string => parity.methods?.[method] ?? parity.others ?? `\`${sameType}.${method}\``
  const of = Object.entries(methods).map(([method, overloads]) => ({
    java: `${name}.${method}`,
    overloads,
    millrace: textOf(method),
  }))
  return [{ java: name, overloads: undefined, millrace: parity.millrace }, ...of]
}

function unknownJava(name: string, methods: readonly string[]): string[] {
  const known = java.classes[name]
  if (known === undefined) return [name]
  return methods.filter((method) => known[method] === undefined).map((method) => `${name}.${method}`)
}

function rowProblems({ java: name, millrace }: Row, names: ReadonlySet<string>): string[] {
  const quoted = [...millrace.matchAll(/`([A-Za-z]\w*(?:\.\w+)?)`/g)].map(([, found]) => found!)
  const missing = quoted.filter((found) => !names.has(found)).map((found) => `${name}: there is no ${found} in docs/api.`)
  const isSilent = quoted.length === 0 && !millrace.startsWith('none')
  return isSilent ? [`${name}: neither a name of Millrace nor a reason.`] : missing
}

/** What the API reports export, and the members of it. */
function millraceNames(): ReadonlySet<string> {
  const folder = join(root, 'docs', 'api')
  return new Set(readdirSync(folder).flatMap((file) => namesOf(readFileSync(join(folder, file), 'utf8'))))
}

function namesOf(report: string): string[] {
  const members = new Map<string, string[]>()
  let type = ''
  for (const line of report.split('\n')) {
    const exported = /^export (?:abstract )?(?:class|interface|type|const|function) (\w+)/.exec(line)?.[1]
    const member = /^ {4}(?:readonly |static |get )*(\w+)/.exec(line)?.[1]
    if (exported !== undefined) members.set((type = exported), members.get(type) ?? [])
    else if (member !== undefined) members.get(type)?.push(member)
  }
  for (const [, name, parts] of report.matchAll(/^export type (\w+) = (\w+(?: & \w+)+);/gm))
    members.get(name!)!.push(...parts!.split(' & ').flatMap((part) => members.get(part) ?? []))
  return [...members].flatMap(([name, own]) => [name, ...own.map((member) => `${name}.${member}`)])
}

function render(rows: readonly Row[], keys: readonly Row[]): string {
  const classes = rows.filter(({ overloads }) => overloads === undefined)
  const none = [...rows, ...keys].filter(({ millrace }) => millrace.startsWith('none')).length
  const tables = classes.map((row) => section(row, rows))
  return `# Kafka Streams and Millrace

Each public class and method of Kafka Streams ${java.release} in its root package (\`KafkaStreams\`, \`Topology\` …), \`kstream\`, \`state\` and \`processor.api\`, and each
key of \`StreamsConfig\`: what it is in Millrace, or why there is none. Made by \`npm run parity\` out of \`tools/parity\`; a test checks that no row is missing and that each name of Millrace exists.
A number is that of overloads. Methods that every Java object has are left out.

${classes.length} classes, ${rows.length - classes.length} methods, ${keys.length} keys; ${none} rows say why there is none.

## StreamsConfig

| Key | Millrace |
| --- | --- |
${keys.map(({ java: key, millrace }) => `| \`${key}\` | ${millrace} |`).join('\n')}

${tables.join('\n\n')}
`
}

function section({ java: name, millrace }: Row, rows: readonly Row[]): string {
  const methods = rows.filter((row) => row.overloads !== undefined && row.java.slice(0, row.java.lastIndexOf('.')) === name)
  const table = methods.map((row) => `| ${label(row)} | ${row.millrace} |`)
  const head = methods.length === 0 ? [] : ['', '| Java | Millrace |', '| --- | --- |', ...table]
  return [`## ${name}`, '', `${millrace}.`, ...head].join('\n')
}

function label({ java: name, overloads = 1 }: Row): string {
  const method = name.slice(name.lastIndexOf('.') + 1)
  return overloads === 1 ? `\`${method}\`` : `\`${method}\` (${overloads})`
}
