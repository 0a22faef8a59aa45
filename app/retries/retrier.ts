import type { RawRecord } from 'millrace'
import { headerNames, numberOf, originOf } from '../../examples/transfer-pipeline/errors/letter-headers.ts'
import { repeatables } from '../../examples/transfer-pipeline/topics.ts'
import { commitHanded } from '../platform/commit-handed.ts'

/** What a consumer of a group gives: records of a partition, in order, and the commit of what was handed over. */
interface RetrySource extends AsyncIterable<{ readonly topic: string; readonly records: readonly RawRecord[] }> {
  commit(): Promise<void>
  close(): Promise<void>
}

export interface RetrierOptions {
  /** Retry topics of one delay. */
  readonly source: RetrySource
  /** Writes records to partitions of a topic. Resolves when they are acknowledged. */
  readonly send: (topic: string, records: readonly (RawRecord & { readonly partition: number })[]) => Promise<unknown>
  readonly clock: RetryClock
}

/** Time, for tests. */
interface RetryClock {
  /** Ms since the epoch. */
  now(): number
  /** Resolves after that time, or at once when aborted. */
  sleep(ms: number, signal: AbortSignal): Promise<void>
}

/**
 * Passes records of retry topics on to the replay topics when they are due. All records of such a topic wait equally long, so the first one is
 * due first, and waiting for it keeps none behind it. An offset is committed after its record is sent: a crash repeats, and loses none.
 */
export class Retrier {
  readonly #options: RetrierOptions
  readonly #stopping = new AbortController()
  /** Rejects when it can no longer go on. */
  readonly done: Promise<void>

  constructor(options: RetrierOptions) {
    this.#options = options
    this.done = this.#run()
    this.done.catch(() => {})
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#options.source.close()
    await this.done.catch(() => {})
  }

  async #run(): Promise<void> {
    const { source } = this.#options
    const { signal } = this.#stopping
    for await (const { topic, records } of source) {
      await this.#pass(replayTopicOf(topic), records, signal)
      if (signal.aborted) return
      await commitHanded(source)
    }
  }

  /** Those that are due go together. */
  async #pass(topic: string, records: readonly RawRecord[], signal: AbortSignal): Promise<void> {
    const { clock, send } = this.#options
    for (let at = 0; at < records.length;) {
      const now = clock.now()
      const later = records.findIndex((record, index) => index >= at && dueOf(record) > now)
      const end = later < 0 ? records.length : later
      if (end > at) await send(topic, records.slice(at, end).map(toOrigin))
      else await clock.sleep(dueOf(records[at]!) - now, signal)
      if (signal.aborted) return
      at = end
    }
  }
}

function dueOf({ headers }: RawRecord): number {
  return numberOf(headers, headerNames.dueAt) ?? 0
}

/** The partition of the first attempt: the task there knows what of the key was processed since. */
function toOrigin(record: RawRecord): RawRecord {
  return { ...record, partition: originOf(record.headers, record).partition }
}

function replayTopicOf(retryTopic: string): string {
  const found = repeatables.find(({ retries }) => [...retries.values()].includes(retryTopic))
  if (found === undefined) throw new Error(`${retryTopic} is no retry topic.`)
  return found.replay
}
