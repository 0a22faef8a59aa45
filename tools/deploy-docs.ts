import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TObject } from 'typebox'
import { clusterConfig, kafkaConfig, serviceConfig } from '../app/platform/config.ts'
import type { ServiceDefinition } from '../app/platform/service.ts'
import { leastAcls } from '../app/topics/least-acls.ts'
import { markdown } from './markdown.ts'

// The reference of docs/deploy.md, out of the configuration of each service. `node --conditions=millrace-source tools/deploy-docs.ts --update` writes it.

const root = join(import.meta.dirname, '..')

export const pagePath = join(root, 'docs', 'deploy.md')

type Definition = ServiceDefinition<TObject>

interface Field {
  readonly description?: string
  readonly default?: unknown
}

type Fields = Readonly<Record<string, Field>>

/** Fields that several services have in common, told once. */
const shared: readonly (readonly [string, Fields])[] = [
  ['All services', serviceConfig(0) as Fields],
  ['Services that work with Kafka', clusterConfig as Fields],
  ['Services that read or write Avro', without(kafkaConfig as Fields, clusterConfig)],
]

const begin = '<!-- Written by `node --conditions=millrace-source tools/deploy-docs.ts --update` from here on. -->'

/** The page as it should be: what is above the reference stays as it is. */
export async function deployPage(): Promise<string> {
  const [above] = readFileSync(pagePath, 'utf8').split(begin)
  const tables = shared.map(([title, fields]) => `### ${title}\n\n${table(fields)}`)
  const own = (await services()).map(sectionOf)
  const access = `## Least access to Kafka\n\n${aclTable()}`
  return markdown(`${above}${begin}\n\n${[...tables, ...own, access].join('\n\n')}\n`, pagePath)
}

async function services(): Promise<readonly Definition[]> {
  const paths = globSync('app/services/*/main.ts', { cwd: root }).sort()
  const modules = await Promise.all(paths.map((path) => import(join(root, path)) as Promise<Readonly<Record<string, unknown>>>))
  return modules.map((module) => Object.values(module).find(isService)!)
}

function isService(value: unknown): value is Definition {
  return typeof value === 'object' && value !== null && 'config' in value && 'start' in value
}

function sectionOf({ name, summary, config }: Definition): string {
  const common = shared.filter(([, fields]) => Object.keys(fields).every((field) => field in config.properties))
  const fields = common.reduce((rest, [, some]) => without(rest, some), config.properties as Fields)
  const { default: port } = config.properties['port'] as Field
  const besides = common.slice(1).map(([title]) => title.toLowerCase())
  const has = besides.length === 0 ? '' : ` Has what ${besides.join(' and ')} have.`
  const reference = Object.keys(fields).length === 0 ? '' : `\n\n${table(fields)}`
  return `### ${name}\n\n${summary} Port ${String(port)}.${has}${reference}`
}

function aclTable(): string {
  const rows = Object.entries(leastAcls()).flatMap(([who, acls]) =>
    acls.map(({ resource, pattern, name, operations }) => {
      const named = pattern === 'prefixed' ? `\`${name}\` and what begins with it` : `\`${name}\``
      return `| ${who} | ${resource} | ${named} | ${operations.join(', ')} |`
    }),
  )
  return ['| who | resource | name | operations |', '| --- | --- | --- | --- |', ...rows].join('\n')
}

function table(fields: Fields): string {
  const rows = Object.entries(fields).map(([name, { description = '', default: byDefault }]) => {
    const flag = name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
    const variable = flag.replaceAll('-', '_').toUpperCase()
    const value = byDefault === undefined || name === 'port' ? '' : `\`${JSON.stringify(byDefault)}\``
    return `| \`${variable}\` | \`--${flag}\` | ${value} | ${description.replaceAll('|', '\\|')} |`
  })
  return ['| variable | flag | default | meaning |', '| --- | --- | --- | --- |', ...rows].join('\n')
}

function without(fields: Fields, others: object): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !(name in others)))
}

if (process.argv.includes('--update')) writeFileSync(pagePath, await deployPage())
