import type { SchemaRegistry } from 'millrace'
import { schemaRegistry } from 'millrace/avro'
import { ErrorCounts } from '../../examples/transfer-pipeline/errors/error-counts.ts'
import { waitingRegistry } from '../../examples/transfer-pipeline/errors/waiting-registry.ts'
import type { Log } from './log.ts'

/** The registry that the configuration names. While it is down, whoever needs a schema waits. */
export function registryOf({ registry }: { readonly registry: string }, log: Log, counts = new ErrorCounts()): SchemaRegistry {
  return waitingRegistry(schemaRegistry(registry), { counts, log: (line) => log.warn(line) })
}
