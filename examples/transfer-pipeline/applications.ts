import { KafkaStreams } from 'millrace'
import type { Cluster, SchemaRegistry, Topology } from 'millrace'
import { enricherTopology } from './enricher.ts'
import { ingestionTransfersTopology, ingestionUsersTopology } from './ingestion.ts'

/** The stream applications of the pipeline, by application id. */
export const applications: Readonly<Record<string, () => Topology>> = {
  'ingestion-users': ingestionUsersTopology,
  'ingestion-transfers': ingestionTransfersTopology,
  'transfer-enricher': enricherTopology,
}

export interface ApplicationOptions {
  readonly cluster: Cluster
  readonly schemaRegistry: SchemaRegistry
  /** Where stores are kept; each application has a directory of its own below. */
  readonly stateDir: string
  readonly commitIntervalMs: number
  readonly log: (line: string) => void
  /** It has ended by an error. */
  readonly onFailure: (error: Error) => void
}

/** Starts one of them. A bad record is logged and skipped: one of them must not stop all that follow. */
export async function startApplication(applicationId: string, options: ApplicationOptions): Promise<KafkaStreams> {
  const topology = applications[applicationId]
  if (topology === undefined) throw new TypeError(`${applicationId} is none of ${Object.keys(applications).join(', ')}.`)
  const { log, onFailure, ...config } = options
  const line = (level: string) => (message: string) => log(`${applicationId} ${level}: ${message}`)
  const streams = new KafkaStreams(topology(), {
    ...config,
    applicationId,
    deserializationHandler: (error, { topic, partition, offset }) => {
      log(`${applicationId}: skipped ${topic}-${partition} at ${offset}: ${error.message}`)
      return 'continue'
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
