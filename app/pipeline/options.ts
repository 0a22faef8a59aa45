import { parseArgs } from 'node:util'
import type { ParseArgsOptionsConfig } from 'node:util'
import { avroModes } from '../../examples/transfer-pipeline/schemas/avro-mode.ts'
import type { AvroMode } from '../../examples/transfer-pipeline/schemas/avro-mode.ts'
import { mariadbAddress } from '../adapters/mariadb/mariadb-address.ts'
import type { System } from '../contracts/feed.ts'
import { ConfigProblem } from '../platform/config.ts'
import { plainNumber } from '../platform/plain-number.ts'
import type { ServerDatabases } from './databases.ts'

export type Guarantee = System['guarantee']

export interface PipelineOptions {
  /** Bootstrap servers of a Kafka cluster; undefined: the embedded one. */
  readonly kafka: string | undefined
  /** Address of a schema registry to use instead of the embedded one; undefined: that one. */
  readonly registry?: string | undefined
  /** Databases on MariaDB; undefined: SQLite files. */
  readonly mariadb?: ServerDatabases | undefined
  /** Where all data is; undefined: where it belongs by default. */
  readonly dir: string | undefined
  readonly mode: 'run' | 'verify'
  readonly page: 'page' | 'no page'
  /** The first port that is tried. */
  readonly port: number
  /** Transfers a second that the generator makes from the beginning; null: it waits to be started. */
  readonly rate: number | null
  /** Instances of the enricher, which share its tasks. */
  readonly enrichers: number
  /** How Avro bytes name their schema. */
  readonly avroMode: AvroMode
  /** What holds for each record over a crash. */
  readonly guarantee: Guarantee
  /** Documents beyond that size are refused; undefined: beyond 16 MiB. */
  readonly documentBytesMax?: number | undefined
  /** Whether the log is also printed. */
  readonly log: 'file' | 'file and terminal'
  /** Whether kill, poison and the generator are there with a real cluster, too. */
  readonly demo: 'only embedded' | 'always'
}

export const usage = `npm run pipeline [-- OPTIONS]
  --verify             play a script through the HTTP APIs, kill the applications in the middle,
                       check the read API against SQL, exit with 0 or 1
  --kafka HOST:PORT    use this Kafka cluster instead of the embedded one
  --registry URL       use this schema registry instead of the embedded one
  --mariadb ADDRESS    the bank's databases are on MariaDB, not in files: mariadb://USER@HOST:PORT/DATABASE, or two
                       of these with a comma, of users and of transfers; the password is DATABASE_PASSWORD,
                       or in the file DATABASE_PASSWORD_FILE
  --dir DIRECTORY      keep all data there, and go on from what is there.
                       Without it: a temporary directory, gone at the end; with --kafka .data/HOST-PORT, which stays
  --port NUMBER        the first port to try, 8080 by default
  --rate NUMBER        transfers a second from the beginning, 5 by default; 0 for none
  --enrichers NUMBER   instances of the enricher, which share its tasks, 1 by default
  --avro-mode MODE     how Avro bytes name their schema: registry, single-object or plain; AVRO_MODE or registry by default
  --guarantee NAME     exactly_once_v2, or at_least_once, which repeats what a crash has left uncommitted;
                       exactly_once_v2 by default
  --document-bytes-max NUMBER
                       documents beyond that size are refused, as MongoDB does beyond 16777216, the default
  --no-ui              no page, only the APIs
  --demo               kill, poison and the generator with --kafka, too
  --log                print the log as well
  --help               this text`

/** What was asked for cannot be done; the message says why, and is for the user. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

const known = {
  verify: { type: 'boolean' },
  help: { type: 'boolean' },
  kafka: { type: 'string' },
  registry: { type: 'string' },
  mariadb: { type: 'string' },
  dir: { type: 'string' },
  port: { type: 'string' },
  rate: { type: 'string' },
  enrichers: { type: 'string' },
  'avro-mode': { type: 'string' },
  guarantee: { type: 'string' },
  'document-bytes-max': { type: 'string' },
  'no-ui': { type: 'boolean' },
  demo: { type: 'boolean' },
  log: { type: 'boolean' },
} as const satisfies ParseArgsOptionsConfig

/** Throws a {@link UsageError} on options that it does not know, and on values that make no sense. */
export function parseOptions(args: readonly string[]): PipelineOptions | 'help' {
  const values = parsed(args)
  if (values.help === true) return 'help'
  const mode = values.verify === true ? 'verify' : 'run'
  const rate = number('rate', values.rate ?? (mode === 'verify' ? '0' : '5'), 2000)
  return {
    kafka: values.kafka === undefined ? undefined : servers(values.kafka),
    registry: values.registry === undefined ? undefined : address(values.registry),
    mariadb: values.mariadb === undefined ? undefined : databases(values.mariadb),
    dir: values.dir,
    mode,
    guarantee: guarantee(values.guarantee ?? 'exactly_once_v2'),
    page: values['no-ui'] === true ? 'no page' : 'page',
    port: number('port', values.port ?? '8080', 65_535),
    rate: rate === 0 ? null : rate,
    enrichers: Math.max(1, Math.floor(number('enrichers', values.enrichers ?? '1', 16))),
    avroMode: avroModeOf(values['avro-mode'] ?? process.env['AVRO_MODE'] ?? 'registry'),
    documentBytesMax: optionalNumber('document-bytes-max', values['document-bytes-max'], 2 ** 30),
    log: values.log === true ? 'file and terminal' : 'file',
    demo: values.demo === true ? 'always' : 'only embedded',
  }
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: known, allowPositionals: false }).values
  } catch (error) {
    throw new UsageError(firstSentence((error as Error).message), { cause: error })
  }
}

function firstSentence(text: string): string {
  return `${text.split('. ')[0]!.replace(/\.$/, '')}.`
}

function number(name: string, text: string, max: number): number {
  const value = plainNumber(text)
  if (value >= 0 && value <= max) return value
  throw new UsageError(`--${name} is ${JSON.stringify(text)}; it takes a number from 0 to ${max}.`)
}

function optionalNumber(name: string, text: string | undefined, max: number): number | undefined {
  return text === undefined ? undefined : number(name, text, max)
}

function avroModeOf(text: string): AvroMode {
  const mode = avroModes.find((known) => known === text)
  if (mode !== undefined) return mode
  throw new UsageError(`--avro-mode is ${JSON.stringify(text)}; it takes ${avroModes.join(', ')}.`)
}

function guarantee(text: string): Guarantee {
  if (text === 'exactly_once_v2' || text === 'at_least_once') return text
  throw new UsageError(`--guarantee is ${JSON.stringify(text)}; it takes exactly_once_v2 or at_least_once.`)
}

function address(text: string): string {
  if (/^https?:$/.test(URL.parse(text)?.protocol ?? '')) return text
  throw new UsageError(
    `--registry is ${JSON.stringify(text)}; it takes the address of a schema registry, as http://localhost:8081.`,
  )
}

function servers(text: string): string {
  if (/^[\w.-]+:\d{1,5}(,[\w.-]+:\d{1,5})*$/.test(text)) return text
  throw new UsageError(`--kafka is ${JSON.stringify(text)}; it takes HOST:PORT, several with commas.`)
}

function databases(text: string): ServerDatabases {
  const [users = '', transfers = users, ...more] = text.split(',')
  try {
    if (more.length > 0) throw new ConfigProblem('--mariadb takes one address, or two with a comma.')
    for (const database of [users, transfers]) mariadbAddress({ database })
  } catch (error) {
    if (!(error instanceof ConfigProblem)) throw error
    throw new UsageError(
      error.message.replace('--database is a SQLite file, or', '--mariadb takes').replace('--database has', '--mariadb has'),
      { cause: error },
    )
  }
  return { users, transfers }
}
