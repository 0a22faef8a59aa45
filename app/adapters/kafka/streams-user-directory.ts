import { setTimeout as delay } from 'node:timers/promises'
import { KafkaStreams } from 'millrace'
import type { Cluster, QueryableKeyValueStore, SchemaRegistry, StreamsHealth } from 'millrace'
import type { ErrorCounts } from '../../../examples/transfer-pipeline/errors/error-counts.ts'
import { noteRefusal } from '../../../examples/transfer-pipeline/errors/refusal.ts'
import { userDirectoryStore, userDirectoryTopology } from '../../../examples/transfer-pipeline/topologies/user-directory.ts'
import type { UserDirectory } from '../../bank/ports.ts'
import { Problem } from '../../platform/http/problem.ts'
import { streamsLogger } from '../../platform/log.ts'
import type { Log } from '../../platform/log.ts'

export interface UserDirectoryOptions {
  readonly cluster: Cluster
  readonly schemaRegistry: SchemaRegistry
  readonly log: Log
  readonly counts: ErrorCounts
  readonly applicationId: string
  /** How long an unknown user is waited for. */
  readonly waitMs: number
  readonly onFailure: (error: Error) => void
}

const pollMs = 10

/** The users that the stream of them has brought so far, in a global table. */
export class StreamsUserDirectory implements UserDirectory {
  readonly #streams: KafkaStreams
  readonly #waitMs: number
  /** Resolves when the table holds what its topic had at the start. */
  readonly ready: Promise<void>
  #store: QueryableKeyValueStore<string, unknown> | undefined

  constructor({ cluster, schemaRegistry, log, counts, applicationId, waitMs, onFailure }: UserDirectoryOptions) {
    this.#waitMs = waitMs
    this.#streams = new KafkaStreams(userDirectoryTopology(), {
      applicationId,
      cluster,
      // It writes nothing; so it reads what is committed.
      processingGuarantee: 'exactly_once_v2',
      schemaRegistry,
      // A global table writes nothing: the dead letter is that of the application that reads the same topic.
      deserializationHandler(error, _record, context) {
        noteRefusal(error, context, { applicationId, counts, log: (line) => log.warn(line) })
        return 'continue'
      },
      uncaughtExceptionHandler: (error) => {
        onFailure(ended(error))
        return 'shutdown-client'
      },
      logger: streamsLogger(log),
    })
    this.ready = this.#start().catch((error) => Promise.reject(ended(error)))
  }

  async has(id: number): Promise<boolean> {
    const endMs = performance.now() + this.#waitMs
    for (;;) {
      if (await this.#knows(id)) return true
      if (performance.now() >= endMs) return false
      await delay(pollMs)
    }
  }

  /** Whether the stream of users comes in. */
  health(): StreamsHealth {
    return this.#streams.health()
  }

  close(): Promise<unknown> {
    return this.#streams.close()
  }

  async #start(): Promise<void> {
    await this.#streams.start()
    this.#store = this.#streams.store<string, unknown>(userDirectoryStore)
  }

  async #knows(id: number): Promise<boolean> {
    if (this.#store === undefined)
      throw new Problem(503, 'The users are being read. Try again in a second.', {}, { retryAfterS: 1 })
    return (await this.#store.get(String(id))) !== null
  }
}

function ended(cause: unknown): Error {
  return new Error(`The directory of users has ended: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
}
