import type { SchemaRegistry } from 'millrace'
import { schemasFor } from '../../examples/transfer-pipeline/schemas/avro-mode.ts'
import type { AvroMode } from '../../examples/transfer-pipeline/schemas/avro-mode.ts'
import type { ErrorCounts } from '../../examples/transfer-pipeline/errors/error-counts.ts'
import { waitingRegistry } from '../../examples/transfer-pipeline/errors/waiting-registry.ts'
import type { Log } from './log.ts'
import type { Waits } from './waits.ts'

interface RegistryOptions {
  readonly log: Log
  readonly counts: ErrorCounts
  readonly waits: Waits
  /** Of the service: nobody waits any longer when it closes. */
  readonly stopping: AbortSignal
}

/** The part of a service's configuration that says where schemas are. */
export interface SchemaConfig {
  readonly registry: string
  readonly avroMode?: AvroMode | undefined
}

/** The registry that the configuration names. While it is down, whoever needs a schema waits. */
export function registryOf({ registry, avroMode }: SchemaConfig, { log, waits, ...options }: RegistryOptions): SchemaRegistry {
  const onWait = ({ message }: Error): void => waits.note(`It waits for the registry: ${message}`)
  return waitingRegistry(schemasFor(avroMode, registry), { ...options, onWait, log: (line) => log.warn(line) })
}
