import type { RawRecord } from 'millrace'
import { commitHanded } from '../platform/commit-handed.ts'
import { DocumentRefused } from './document-store.ts'
import type { DocumentStore, DocumentWrite } from './document-store.ts'
import type { SinkConfig } from './sink-config.ts'
import { whenStoreAnswers } from './when-store-answers.ts'
import type { StoreWait } from './when-store-answers.ts'

/** What a consumer of a group gives: records of a partition, in order, and the commit of what was handed over. */
interface SinkSource extends AsyncIterable<{ readonly records: readonly RawRecord[] }> {
  commit(): Promise<void>
  close(): Promise<void>
}

/** Where a record failed, by Connect's names. */
export type SinkStage = 'KEY_CONVERTER' | 'VALUE_CONVERTER' | 'TASK_PUT'

/** A record that becomes no document, and why. */
export class FailedRecord extends Error {
  override readonly name = 'FailedRecord'
  readonly record: RawRecord
  readonly stage: SinkStage
  readonly reason: Error

  constructor(record: RawRecord, stage: SinkStage, reason: Error) {
    super(`${record.topic}-${record.partition} at ${record.offset} becomes no document (${stage}): ${reason.message}`, {
      cause: reason,
    })
    this.record = record
    this.stage = stage
    this.reason = reason
  }
}

/** Makes writes of records. */
export interface SinkConverter {
  /** To be awaited before these records are converted. */
  prepare(records: readonly RawRecord[]): Promise<void>
  /** Throws a {@link FailedRecord} where a record is none that can become a document. */
  convert(record: RawRecord): DocumentWrite
}

/** Is told of records that become no document, and keeps them. Resolves when they are kept. */
export type FailureReporter = (failed: readonly FailedRecord[]) => Promise<void>

export interface SinkOptions extends Pick<SinkConfig, 'tolerance' | 'maxBatchSize'>, Omit<StoreWait, 'signal'> {
  readonly source: SinkSource
  readonly store: DocumentStore
  readonly converter: SinkConverter
  readonly report: FailureReporter
}

interface Converted {
  readonly record: RawRecord
  readonly write: DocumentWrite
}

/**
 * Keeps one document for each key of a topic: null deletes. Offsets are committed after the write, so a crash repeats writes; the
 * store skips those that it has, and what was reported is not reported again. A store that is down is waited for. A record that becomes no document ends the sink, or is reported and passed, as the option
 * `errors.tolerance` says.
 */
export class Sink {
  readonly #options: SinkOptions
  readonly #stopping = new AbortController()
  /** Of each partition the offset behind what is applied. What comes again from before it was reported. */
  readonly #next = new Map<number, number>()
  #running: Promise<void> = Promise.resolve()

  constructor(options: SinkOptions) {
    this.#options = options
  }

  start(): void {
    this.#running = this.#run()
    this.#running.catch(() => {})
  }

  /** Settles when the sink ends: rejects if it could not go on. */
  get done(): Promise<void> {
    return this.#running
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#options.source.close()
    await this.#running.catch(() => {})
  }

  async #run(): Promise<void> {
    const { source, store, converter, maxBatchSize } = this.#options
    // Of a store that is away nothing is known: then something may be reported twice.
    const positions = await store.positions().catch(() => new Map<number, number>())
    for (const [partition, next] of positions) this.#next.set(partition, next)
    for await (const { records } of source) {
      await converter.prepare(records)
      const size = maxBatchSize === 0 ? records.length : maxBatchSize
      for (let at = 0; at < records.length; at += size) await this.#put(records.slice(at, at + size))
      if (this.#stopping.signal.aborted) return
      await commitHanded(source)
    }
  }

  async #put(records: readonly RawRecord[]): Promise<void> {
    const failed: FailedRecord[] = []
    const converted = records.flatMap((record) => this.#convert(record, failed))
    await this.#fail(failed)
    await this.#apply(converted, failed)
    for (const { partition, offset } of records) this.#next.set(partition, Math.max(offset + 1, this.#next.get(partition) ?? 0))
  }

  #convert(record: RawRecord, failed: FailedRecord[]): Converted[] {
    try {
      return [{ record, write: this.#options.converter.convert(record) }]
    } catch (error) {
      if (!(error instanceof FailedRecord)) throw error
      failed.push(error)
      return []
    }
  }

  /** What the store refuses is left out, and the rest is tried again: the real connector gives up the rest of the batch, too. */
  async #apply(converted: readonly Converted[], failed: FailedRecord[]): Promise<void> {
    for (let left = converted; ;)
      try {
        return await this.#applied(
          left.map(({ write }) => write),
          failed.map(({ record }) => record),
        )
      } catch (error) {
        const refused = error instanceof DocumentRefused ? left.find(({ write }) => write === error.write) : undefined
        if (refused === undefined) throw error
        const failure = new FailedRecord(refused.record, 'TASK_PUT', error as Error)
        await this.#fail([failure])
        failed.push(failure)
        left = left.filter((other) => other !== refused)
      }
  }

  /** Waits for a store that is down, as long as that takes: nothing is skipped, and nothing overtakes. */
  async #applied(writes: readonly DocumentWrite[], passed: readonly RawRecord[]): Promise<void> {
    const { store, sleep, onWait } = this.#options
    await whenStoreAnswers(() => store.apply(writes, passed), { sleep, onWait, signal: this.#stopping.signal })
  }

  async #fail(failed: readonly FailedRecord[]): Promise<void> {
    const [first] = failed
    if (first === undefined) return
    if (this.#options.tolerance === 'none') throw first
    const isNew = ({ record: { partition, offset } }: FailedRecord): boolean => offset >= (this.#next.get(partition) ?? 0)
    if (failed.some(isNew)) await this.#options.report(failed.filter(isNew))
  }
}
