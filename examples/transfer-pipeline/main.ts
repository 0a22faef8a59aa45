/**
 * Runs the stream applications of the pipeline, all of them or those that are named, against a Kafka cluster and a schema registry.
 * The topics of topics.ts must exist.
 *
 *     node examples/transfer-pipeline/main.ts --kafka 127.0.0.1:9092 --registry http://127.0.0.1:8081 --state .data [NAME…]
 */
import { parseArgs } from 'node:util'
import { KafkaStreams, deadLetter, kafka } from 'millrace'
import type { Cluster, SchemaRegistry, StateRestoreListener, Topology } from 'millrace'
import { schemaRegistry } from 'millrace/avro'
import { balancesTopology } from './topologies/balances.ts'
import { deadLetterTopicOf, hasDeadLetters } from './topics.ts'
import { enricherTopology } from './topologies/enricher.ts'
import { ingestionTransfersTopology, ingestionUsersTopology } from './topologies/ingestion.ts'
import type { RawForm } from './topologies/ingestion.ts'
import { settlementTopology } from './topologies/settlement.ts'
import type { SettlementLimits } from './topologies/settlement.ts'

/** The stream applications of the pipeline, by application id. */
export const applications: Readonly<Record<string, (settings: ApplicationSettings) => Topology>> = {
  'ingestion-users': ({ rawForm }) => ingestionUsersTopology(rawForm),
  'ingestion-transfers': ({ rawForm }) => ingestionTransfersTopology(rawForm),
  'transfer-enricher': enricherTopology,
  'transfer-settlement': ({ limits }) => settlementTopology(limits),
  'transfer-balances': balancesTopology,
}

/** What topologies leave to configuration. */
export interface ApplicationSettings {
  /** Of settlement; those that are missing are the defaults. */
  readonly limits?: Partial<SettlementLimits>
  /** What the connector writes. Default: envelopes. */
  readonly rawForm?: RawForm
}

export interface ApplicationOptions extends ApplicationSettings {
  readonly cluster: Cluster
  readonly schemaRegistry: SchemaRegistry
  /** Where stores are kept; each application has a directory of its own below. */
  readonly stateDir: string
  readonly commitIntervalMs: number
  /** Default: at least once. */
  readonly processingGuarantee?: 'at_least_once'
  /** Is told how far the restores of stores are. */
  readonly stateRestoreListener?: StateRestoreListener
  readonly log: (line: string) => void
  /** It has ended by an error. */
  readonly onFailure: (error: Error) => void
}

/** Starts one of them. A bad record is logged, and goes to the dead letters of its topic: it must not stop all that follow. */
export async function startApplication(applicationId: string, options: ApplicationOptions): Promise<KafkaStreams> {
  const topology = applications[applicationId]
  if (topology === undefined) throw new TypeError(`${applicationId} is none of ${Object.keys(applications).join(', ')}.`)
  const { log, onFailure, limits, rawForm, ...config } = options
  const line = (level: string) => (message: string) => log(`${applicationId} ${level}: ${message}`)
  const streams = new KafkaStreams(topology({ ...(limits && { limits }), ...(rawForm && { rawForm }) }), {
    ...config,
    applicationId,
    // A change goes on at once, and not only with the next commit.
    statestoreCacheMaxBytes: 0,
    fetchMaxWaitMs: 50,
    deserializationHandler: (error, { topic, partition, offset }, context) => {
      log(`${applicationId}: skipped ${topic}-${partition} at ${offset}: ${error.message}`)
      const letters = hasDeadLetters(topic) ? [deadLetter(deadLetterTopicOf(topic), error, context)] : []
      return { answer: 'continue', deadLetters: letters }
    },
    uncaughtExceptionHandler: (error) => {
      const reason = error instanceof Error ? error.message : String(error)
      onFailure(new Error(`${applicationId} has ended: ${reason}`, { cause: error }))
      return 'shutdown-client'
    },
    logger: { info: line('info'), warn: line('warn'), error: line('error') },
  })
  await streams.start()
  return streams
}

/** Runs until a signal, or until one of them ends by an error. */
async function run(args: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      kafka: { type: 'string', default: '127.0.0.1:9092' },
      registry: { type: 'string', default: 'http://127.0.0.1:8081' },
      state: { type: 'string', default: '.data/state' },
    },
  })
  const names = positionals.length > 0 ? positionals : Object.keys(applications)
  const ended = Promise.withResolvers<void>()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ended.resolve())
  await using started = new AsyncDisposableStack()
  for (const name of names) {
    const streams = await startApplication(name, {
      cluster: kafka({ bootstrapServers: values.kafka }),
      schemaRegistry: schemaRegistry(values.registry),
      stateDir: values.state,
      commitIntervalMs: 100,
      log: (line) => console.log(line),
      onFailure: ended.reject,
    })
    started.defer(() => streams.close())
  }
  await ended.promise
}

if (import.meta.main) await run(process.argv.slice(2))
