import { setTimeout as delay } from 'node:timers/promises'
import { StreamsError } from 'millrace'
import type { SchemaRegistry } from 'millrace'
import type { ErrorCounts } from './error-counts.ts'

export interface WaitingOptions {
  readonly counts: ErrorCounts
  readonly log: (line: string) => void
  /** Told at each try that failed why it did. */
  readonly onWait?: (error: Error) => void
  /** Nobody waits any longer once it is aborted: whoever waited gets the error. Default: never. */
  readonly stopping?: AbortSignal
  /** Resolves after that time, or at once when aborted. Default: that of the system. */
  readonly sleep?: (ms: number, signal?: AbortSignal) => Promise<void>
}

const backoffMs = [100, 200, 500, 1000, 2000]

/**
 * A registry that is asked again until it answers. What needs a schema waits meanwhile, and nothing is skipped: the engine holds back only
 * the partition. That the registry does not know a schema is an answer.
 */
export function waitingRegistry(registry: SchemaRegistry, options: WaitingOptions): SchemaRegistry {
  return {
    ...(registry.encoding === undefined ? {} : { encoding: registry.encoding }),
    ...(registry.schemas === undefined ? {} : { schemas: registry.schemas }),
    ...(registry.known === undefined ? {} : { known: (id: number) => registry.known!(id) }),
    register: (subject, schema) => answered(() => registry.register(subject, schema), options),
    schemaById: (id) => answered(() => registry.schemaById(id), options),
  }
}

async function answered<T>(ask: () => Promise<T>, options: WaitingOptions): Promise<T> {
  const { counts, log, onWait, stopping, sleep = systemSleep } = options
  for (let tries = 0; ; tries++)
    try {
      return await ask()
    } catch (error) {
      if (!(error instanceof StreamsError) || error.code !== 'STREAMS_SCHEMA_REGISTRY_UNAVAILABLE') throw error
      if (stopping?.aborted === true) throw error
      if (tries === 0) log(`waits for the registry: ${error.message}`)
      counts.add('waits_total', { for: 'registry' })
      onWait?.(error)
      await sleep(backoffMs[Math.min(tries, backoffMs.length - 1)]!, stopping)
    }
}

/** It keeps no process alive. */
function systemSleep(ms: number, signal?: AbortSignal): Promise<void> {
  return delay(ms, undefined, { ref: false, ...(signal && { signal }) }).catch(() => {})
}
