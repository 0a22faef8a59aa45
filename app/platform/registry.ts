import type { SchemaRegistry } from 'millrace'
import { schemaRegistry } from 'millrace/avro'
import type { ErrorCounts } from '../../examples/transfer-pipeline/errors/error-counts.ts'
import { waitingRegistry } from '../../examples/transfer-pipeline/errors/waiting-registry.ts'
import type { Log } from './log.ts'

interface RegistryOptions {
  readonly log: Log
  readonly counts: ErrorCounts
  /** Of the service: nobody waits any longer when it closes. */
  readonly stopping: AbortSignal
}

/** The registry that the configuration names. While it is down, whoever needs a schema waits. */
export function registryOf({ registry }: { readonly registry: string }, { log, ...options }: RegistryOptions): SchemaRegistry {
  return waitingRegistry(schemaRegistry(registry), { ...options, log: (line) => log.warn(line) })
}
