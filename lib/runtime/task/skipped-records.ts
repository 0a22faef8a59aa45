import type { Clock } from '../../clock/clock.ts'
import type { Counter } from '../../metrics/metrics.ts'
import { retentionOf, type StoreSpec } from '../../state/store-spec.ts'
import type { CurrentRecord } from './current-record.ts'
import type { Logger } from '../logger.ts'

/** For this long after a line of the log, records that are skipped in the same place for the same reason are only counted. */
const quietMs = 10_000

/** Times and bounds that explain why a record is skipped, by their names in the code: `streamTimeMs`, `windowEndMs`, … */
export type SkipFacts = Readonly<Record<string, number>>

export interface SkippedRecordsOptions {
  readonly clock: Pick<Clock, 'monotonic'>
  readonly logger: Logger
  readonly current: CurrentRecord
  /** Kafka's `dropped-records` of the task. */
  readonly dropped: Counter
  /** The stream time of the task. */
  streamTime(): number
}

/** The last line of the log for one place and reason. */
interface Line {
  atMs: number
  /** How many records were skipped since. */
  leftOut: number
}

/**
 * Counts and logs the records that a task skips on purpose: late ones, and those without key or value. Each place logs each reason
 * at most once in 10 s, so that a flood of late records is no flood of log lines. The next line tells how many
 * records were skipped without a line. The counter counts all of them.
 */
export class SkippedRecords {
  readonly #options: SkippedRecordsOptions
  readonly #lines = new Map<string, Line>()

  constructor(options: SkippedRecordsOptions) {
    this.#options = options
  }

  /** Counts without logging, for skips that nobody needs to hear of. */
  count(): void {
    this.#options.dropped.add()
  }

  /** Counts and logs. `place` is the node or store that skips the record. */
  drop(place: string, reason: string, facts: SkipFacts = {}): void {
    this.#options.dropped.add()
    this.log(place, reason, facts)
  }

  /** Logs without counting, for skips that Kafka Streams does not count. */
  log(place: string, reason: string, facts: SkipFacts = {}): void {
    const leftOut = this.#due(`${place}: ${reason}`)
    if (leftOut !== undefined) this.#write(place, reason, facts, leftOut)
  }

  /**
   * Counts and logs a row that a store refuses because the row is older than its retention. A changelog keeps rows for longer than
   * its store, so a restore meets such rows too. These are only counted, as in Kafka Streams: a task that restores has no current
   * record.
   */
  dropInStore(spec: StoreSpec): void {
    this.#options.dropped.add()
    if (this.#options.current.timestamp < 0) return
    const facts = { retentionMs: retentionOf(spec), streamTimeMs: this.#options.streamTime() }
    this.log(`The store ${spec.name}`, 'it is older than what the store retains', facts)
  }

  /** How many records were skipped without a line since the last one; undefined if it is too early for another line. */
  #due(line: string): number | undefined {
    const now = this.#options.clock.monotonic()
    const last = this.#lines.get(line)
    if (last !== undefined && now - last.atMs < quietMs) {
      last.leftOut++
      return undefined
    }
    this.#lines.set(line, { atMs: now, leftOut: 0 })
    return last?.leftOut ?? 0
  }

  #write(place: string, reason: string, skipFacts: SkipFacts, leftOut: number): void {
    const { current, logger } = this.#options
    const { timestamp, metadata } = current
    const where = metadata === null ? '' : ` at ${metadata.topic}-${metadata.partition}, offset ${metadata.offset},`
    const why = Object.entries(skipFacts).map(([name, value]) => `${name} ${value}`)
    const numbers = [`timestamp ${timestamp}`, ...why].join(', ')
    const others = leftOut === 0 ? '' : ` ${leftOut} more were skipped there for this reason since it was last logged.`
    const message = `${place} skipped the record${where} because ${reason} (${numbers}).${others}`
    logger.warn(message, { ...metadata, timestamp, place, ...skipFacts, leftOut })
  }
}
