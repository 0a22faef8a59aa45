/**
 * Runs the stream applications of the pipeline, all of them or those that are named, against a Kafka cluster and a schema registry.
 * The topics of topics.ts must exist.
 *
 *     node examples/transfer-pipeline/main.ts --kafka 127.0.0.1:9092 --registry http://127.0.0.1:8081 --avro-mode registry --state .data [NAME…]
 */
import { parseArgs } from 'node:util'
import { KafkaStreams, kafka } from 'millrace'
import type { Cluster, SchemaRegistry, StateRestoreListener, Topology } from 'millrace'
import { avroModes, schemasFor } from './schemas/avro-mode.ts'
import type { AvroMode } from './schemas/avro-mode.ts'
import { analyticsTopology } from './topologies/analytics.ts'
import type { AlertLimits } from './topologies/analytics.ts'
import { auditTopology } from './topologies/audit.ts'
import type { AuditOptions } from './topologies/audit.ts'
import { balancesTopology } from './topologies/balances.ts'
import { ErrorCounts } from './errors/error-counts.ts'
import { waitingRegistry } from './errors/waiting-registry.ts'
import { errorHandlers } from './errors/error-handlers.ts'
import { enricherTopology } from './topologies/enricher.ts'
import { ingestionTransfersTopology, ingestionUsersTopology } from './topologies/ingestion.ts'
import type { IngestionOptions } from './topologies/ingestion.ts'
import { settlementTopology } from './topologies/settlement.ts'
import type { SettlementLimits } from './topologies/settlement.ts'

/** The stream applications of the pipeline, by application id. */
export const applications: Readonly<Record<string, (settings: ApplicationSettings) => Topology>> = {
  'ingestion-users': ({ ingestion }) => ingestionUsersTopology(ingestion),
  'ingestion-transfers': ({ ingestion }) => ingestionTransfersTopology(ingestion),
  'transfer-enricher': enricherTopology,
  'transfer-settlement': ({ limits }) => settlementTopology(limits),
  'transfer-balances': balancesTopology,
  'transfer-analytics': ({ alerts }) => analyticsTopology(alerts),
  'audit-log': ({ audit }) => auditTopology(audit),
}

/**
 * For these a change goes on with the next commit, and what changes often meanwhile goes on once. The changes of all others go on at once.
 */
const cachedBytes: Readonly<Record<string, number>> = { 'transfer-analytics': 16 << 20 }

/** What topologies leave to configuration. */
export interface ApplicationSettings {
  /** Of settlement; those that are missing are the defaults. */
  readonly limits?: Partial<SettlementLimits>
  /** Of analytics; those that are missing are the defaults. */
  readonly alerts?: Partial<AlertLimits>
  /** Of the audit log. */
  readonly audit?: AuditOptions
  /** Of the two that read raw records. */
  readonly ingestion?: IngestionOptions
}

export interface ApplicationOptions extends ApplicationSettings {
  readonly cluster: Cluster
  readonly schemaRegistry: SchemaRegistry
  /** Where stores are kept; each application has a directory of its own below. */
  readonly stateDir: string
  readonly commitIntervalMs: number
  /** How long the tasks of an instance that was killed wait for it, in ms. Default 45,000. */
  readonly sessionTimeoutMs?: number
  /** The name of this instance, kept over restarts: a static member of the group. Default: none. */
  readonly groupInstanceId?: string
  /** Default: exactly once. */
  readonly processingGuarantee?: 'exactly_once_v2' | 'at_least_once'
  /** Is told how far the restores of stores are. */
  readonly stateRestoreListener?: StateRestoreListener
  /** Counts what it refuses. Default: nobody asks. */
  readonly counts?: ErrorCounts
  readonly log: (line: string) => void
  /** It has ended by an error. */
  readonly onFailure: (error: Error) => void
}

/** What one of them runs. */
export function topologyOf(applicationId: string, settings: ApplicationSettings): Topology {
  const topology = applications[applicationId]
  if (topology === undefined) throw new TypeError(`${applicationId} is none of ${Object.keys(applications).join(', ')}.`)
  return topology(settings)
}

/** Starts one of them. A bad record is logged, and goes to the retry topics or to the dead letters of its topic. */
export async function startApplication(applicationId: string, options: ApplicationOptions): Promise<KafkaStreams> {
  const { log, onFailure, limits, alerts, audit, ingestion, counts = new ErrorCounts(), ...config } = options
  const settings = {
    ...(limits && { limits }),
    ...(alerts && { alerts }),
    ...(audit && { audit }),
    ingestion: { counts, ...ingestion },
  }
  const line = (level: string) => (message: string) => log(`${applicationId} ${level}: ${message}`)
  const streams = new KafkaStreams(topologyOf(applicationId, settings), {
    processingGuarantee: 'exactly_once_v2',
    ...config,
    schemaRegistry: waitingRegistry(options.schemaRegistry, { counts, log: (text) => log(`${applicationId} ${text}`) }),
    applicationId,
    statestoreCacheMaxBytes: cachedBytes[applicationId] ?? 0,
    ...errorHandlers({ applicationId, counts, log }),
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
      'avro-mode': { type: 'string', default: 'registry' },
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
      schemaRegistry: schemasFor(modeOf(values['avro-mode']), values.registry),
      stateDir: values.state,
      commitIntervalMs: 100,
      log: (line) => console.log(line),
      onFailure: ended.reject,
    })
    started.defer(() => streams.close())
  }
  await ended.promise
}

function modeOf(text: string): AvroMode {
  const mode = avroModes.find((known) => known === text)
  if (mode === undefined) throw new TypeError(`--avro-mode is ${text}; it takes one of ${avroModes.join(', ')}.`)
  return mode
}

if (import.meta.main) await run(process.argv.slice(2))
