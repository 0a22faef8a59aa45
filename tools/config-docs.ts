import { readFileSync, writeFileSync } from 'node:fs'
import ts from 'typescript'
import { resolveConfig } from '../lib/runtime/streams-config.ts'
import { markdown } from './markdown.ts'
import { configOption } from './parity/config-keys.ts'
import { java } from './parity/java-api.ts'

// docs/configuration.md, out of the comments and defaults of `StreamsOptions`. `node tools/config-docs.ts --update` writes the page.

const sourcePath = new URL('../lib/runtime/streams-config.ts', import.meta.url).pathname

interface Option {
  readonly name: string
  readonly meaning: string
}

/** The options of the cluster are a type of alternatives, which has one comment for both. */
const clusterOptions: readonly Option[] = [
  {
    name: 'cluster',
    meaning: 'The cluster: `kafka({ … })`, or an embedded broker. It has the settings of connections, TLS and SASL.',
  },
  { name: 'bootstrapServers', meaning: 'Short for `cluster: kafka({ bootstrapServers })`. One of the two is required.' },
]

function options(): readonly Option[] {
  const source = ts.createSourceFile(sourcePath, readFileSync(sourcePath, 'utf8'), ts.ScriptTarget.Latest, true)
  const declared = source.statements.find(
    (each): each is ts.InterfaceDeclaration => ts.isInterfaceDeclaration(each) && each.name.text === 'StreamsOptions',
  )!
  const own = declared.members.map((member) => ({ name: (member.name as ts.Identifier).text, meaning: commentOf(member) }))
  return [own[0]!, ...clusterOptions, ...own.slice(1)]
}

function commentOf(member: ts.TypeElement): string {
  const comments = ts.getJSDocCommentsAndTags(member).filter(ts.isJSDoc)
  const text = comments.map(({ comment }) => ts.getTextOfJSDocComment(comment) ?? '').join(' ')
  return text
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/\{@link (\w+)\}/g, '`$1`')
    .replaceAll('|', '\\|')
}

const defaults: Readonly<Record<string, unknown>> = { ...resolveConfig({ applicationId: 'a', bootstrapServers: 'b' }) }

function defaultOf(name: string): string {
  const value = defaults[name]
  if (typeof value === 'number') return value.toLocaleString('en').replaceAll(',', ' ')
  if (typeof value === 'string' && !['applicationId', 'bootstrapServers'].includes(name)) return `\`${value}\``
  return typeof value === 'boolean' ? String(value) : ''
}

/** Options that Kafka has among those of its consumer and producer, whose names are ours in dots. */
const ofClients = new Set([
  'groupInstanceId',
  'transactionTimeoutMs',
  'autoOffsetReset',
  'sessionTimeoutMs',
  'heartbeatIntervalMs',
  'maxPollIntervalMs',
  'deliveryTimeoutMs',
  'fetchMaxWaitMs',
  'fetchMaxBytes',
  'maxPartitionFetchBytes',
  'bufferMemory',
  'compressionType',
])

/** Kafka's keys for an option; none where Kafka has no such option. */
function kafkaKeys(name: string): readonly string[] {
  if (ofClients.has(name)) return [name.replaceAll(/[A-Z]/g, (letter) => `.${letter.toLowerCase()}`)]
  return java.config.filter((key) => isOf(configOption(key), name))
}

/** Whether what the page of parity says of a key of Java is: this option. Deprecated keys are left out. */
function isOf(millrace: string, name: string): boolean {
  return !/^none|deprecated/.test(millrace) && millrace.includes(`\`StreamsConfig.${name}\``)
}

const head = `<!-- Written by \`node tools/config-docs.ts --update\`. -->

# Configuration

The options of \`new KafkaStreams(topology, config)\`: Kafka's keys in camelCase, times in ms, sizes in bytes. A key that is unknown, missing,
or has a value that it cannot have is a \`ConfigError\` before anything starts; the message names the nearest key. Keys of Java that
Millrace does not have are listed, each with the reason, in [kafka-streams-parity.md](kafka-streams-parity.md).

`

export const pagePath = new URL('../docs/configuration.md', import.meta.url).pathname

/** The page as it is to be. */
export async function configPage(): Promise<string> {
  const rows = options().map(({ name, meaning }) => [
    `\`${name}\``,
    kafkaKeys(name)
      .map((key) => `\`${key}\``)
      .join(', '),
    defaultOf(name),
    meaning,
  ])
  const table = [['option', "Kafka's key", 'default', 'meaning'], ['---', '---', '--:', '---'], ...rows]
  return markdown(`${head}${table.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}\n`, pagePath)
}

if (process.argv.includes('--update')) writeFileSync(pagePath, await configPage())
