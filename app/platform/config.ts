import { parseArgs } from 'node:util'
import Type from 'typebox'
import { avroModes } from '../../examples/transfer-pipeline/schemas/avro-mode.ts'
import type { Static, TObject, TSchema } from 'typebox'
import { compileTexts } from './http/validation.ts'
import { logLevels } from './log.ts'

/** Fields that every service has. */
export function serviceConfig(port: number) {
  return {
    host: Type.String({ default: '127.0.0.1', description: 'Address to listen on.' }),
    port: Type.Integer({ default: port, minimum: 0, maximum: 65_535, description: 'Port to listen on; 0 takes a free one.' }),
    portTaken: Type.Enum(['fail', 'next'], {
      default: 'fail',
      description: 'What happens where the port is taken: fail, or take the next free one.',
    }),
    logLevel: Type.Enum([...logLevels], { default: 'info', description: 'What is logged.' }),
    tokenFile: Type.Optional(
      Type.String({
        description:
          'File with the bearer token that writes and operator routes ask for. Needed where others than this machine reach the port.',
      }),
    ),
    requestsPerS: Type.Optional(
      Type.Integer({
        minimum: 1,
        description:
          'Requests of one address within a second; more are 429. Default: 200 where others reach the port, else no limit.',
      }),
    ),
  }
}

/** Fields that say which Kafka cluster a service works with, and how it proves there who it is. Secrets are files, never values. */
export const clusterConfig = {
  kafka: Type.String({ default: '127.0.0.1:9092', description: 'Bootstrap servers of the Kafka cluster.' }),
  kafkaTls: Type.Optional(Type.Enum(['off', 'on'], { description: 'Whether connections to Kafka are encrypted: off or on.' })),
  kafkaCaFile: Type.Optional(
    Type.String({
      description: "File with the certificates of the authorities that may sign the brokers' (PEM). Default: Node's.",
    }),
  ),
  kafkaSasl: Type.Optional(
    Type.Enum(['off', 'plain', 'scram-sha-256', 'scram-sha-512'], {
      description: 'How the service proves to Kafka who it is: off, plain, scram-sha-256 or scram-sha-512.',
    }),
  ),
  kafkaUser: Type.Optional(Type.String({ description: 'Its name there.' })),
  kafkaPasswordFile: Type.Optional(Type.String({ description: 'File with its password there.' })),
}

/** Fields of services that work with a cluster and its schemas. */
export const kafkaConfig = {
  ...clusterConfig,
  registry: Type.String({ default: 'http://127.0.0.1:8091', description: 'Address of the schema registry.' }),
  avroMode: Type.Optional(
    Type.Enum([...avroModes], {
      description: `How Avro bytes name their schema, one of ${avroModes.join(', ')}; the same for all that work with a cluster.`,
    }),
  ),
}

/** Field of stream applications. */
export const groupInstanceId = Type.Optional(
  Type.String({
    minLength: 1,
    description: 'Name that this instance keeps over restarts: its tasks then wait for it, and nobody rebalances. Default: none.',
  }),
)

/** Field of services that serve a feed. */
export const clusterIdentity = Type.String({
  default: '',
  description: 'Tells this cluster from others whose topics have the same names. Default: its address.',
})

/** A configuration that cannot be used; the message is for whoever started the service. */
export class ConfigProblem extends Error {
  override readonly name = 'ConfigProblem'
}

/** From flags (`--log-level`), then variables of the environment (`LOG_LEVEL`), then defaults. Throws a {@link ConfigProblem}. */
export function readConfig<C extends TObject>(schema: C, args: readonly string[], env: NodeJS.ProcessEnv): Static<C> {
  const config: Record<string, unknown> = {}
  const flags = readFlags(schema, args)
  for (const name of Object.keys(schema.properties)) {
    const given = flags[flagOf(name)] ?? env[variableOf(name)]
    if (given !== undefined) config[name] = given
  }
  const checked = compileTexts(schema)(config)
  if (checked === true) return config as Static<C>
  const [error] = checked.error
  const name = error!.instancePath.slice(1) || String(error!.params['missingProperty'])
  throw new ConfigProblem(`--${flagOf(name)} ${error!.keyword === 'required' ? 'is missing' : error!.message}.`)
}

/** A line for each flag. */
export function describeConfig({ properties }: TObject): string {
  const lines = Object.entries(properties).map(([name, field]) => {
    const { description = '', default: byDefault } = field as TSchema & {
      readonly description?: string
      readonly default?: unknown
    }
    return `  --${flagOf(name).padEnd(22)} ${description}${byDefault === undefined ? '' : ` Default: ${JSON.stringify(byDefault)}`}`
  })
  return lines.join('\n')
}

function readFlags({ properties }: TObject, args: readonly string[]): Record<string, unknown> {
  const options = Object.fromEntries(Object.keys(properties).map((name) => [flagOf(name), { type: 'string' as const }]))
  try {
    return parseArgs({ args: [...args], options }).values
  } catch (error) {
    throw new ConfigProblem((error as Error).message)
  }
}

const flagOf = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
const variableOf = (name: string): string => flagOf(name).replaceAll('-', '_').toUpperCase()
