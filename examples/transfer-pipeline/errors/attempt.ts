import { deadLetter } from 'millrace'
import type { ErrorHandlerContext, KeyValue, KeyValueStore, Processor, ProcessorContext, StreamRecord } from 'millrace'
import { deadLetterTopicOf } from '../topics.ts'
import type { Repeatable } from '../topics.ts'
import { asError, codeOf, errorClassOf, isRetriable } from './error-class.ts'
import type { ErrorCounts } from './error-counts.ts'
import { header, headerNames, numberOf, originOf, placeText, textOf, withoutErrors } from './letter-headers.ts'
import type { Place } from './letter-headers.ts'
import { NewestWins, marksStore } from './newest-wins.ts'
import type { Again } from './newest-wins.ts'
import { outcomeRecord } from './letter-state.ts'
import type { Outcome } from './letter-state.ts'

/** A record as its topic has it. */
export type BytesRecord = StreamRecord<Uint8Array | null, Uint8Array | null>

export interface AttemptOptions<K, V> {
  readonly topics: Repeatable
  /** What a record becomes. An error refuses the record; one that is retriable has it tried again. */
  readonly work: (record: BytesRecord) => readonly KeyValue<K, V | null>[]
  /** Names what a record is about: of two records with the same name the newer one wins. */
  readonly nameOf: (record: BytesRecord) => string | null
  readonly counts: ErrorCounts
}

/** The names of the nodes below an {@link Attempt}. */
export const children = {
  rows: 'rows',
  retry: (delayMs: number): string => `retry-${delayMs}`,
  letters: 'dead-letters',
  states: 'letter-states',
} as const

const hourMs = 3_600_000

/**
 * Tries to process each record, and passes on what it becomes. A record that fails goes to the retry topic of its next delay, and after the
 * last one to the dead letters, with its bytes and the reason; those behind it go on meanwhile. What comes again from there is processed
 * unless something newer of the same name was.
 *
 * It reads bytes, because what cannot be read must be refused here, where the store is: a later record of the same name then counts.
 */
export class Attempt<K, V> implements Processor<Uint8Array | null, Uint8Array | null, unknown, unknown> {
  readonly #options: AttemptOptions<K, V>
  #context!: ProcessorContext<unknown, unknown>
  #newest!: NewestWins

  constructor(options: AttemptOptions<K, V>) {
    this.#options = options
  }

  init(context: ProcessorContext<unknown, unknown>): void {
    this.#context = context
    this.#newest = new NewestWins(context.stateStore(marksStore) as KeyValueStore<string, never>)
    context.schedule(hourMs, 'wall-clock-time', (now) => this.#newest.expire(now))
  }

  process(record: BytesRecord): void {
    const place = this.#place()
    if (place.topic === this.#options.topics.raw) this.#processFirst(record, place)
    else this.#processAgain(record, { origin: originOf(record.headers, place), place })
  }

  #processFirst(record: BytesRecord, place: Place): void {
    if (!this.#tryTo(record, { origin: place, place })) return
    this.#newest.processed(() => this.#nameOf(record, place), place.offset, this.#now())
  }

  #processAgain(record: BytesRecord, again: Again): void {
    const { counts, topics } = this.#options
    const name = this.#nameOf(record, again.origin)
    const verdict = this.#newest.judge(name, again)
    if (verdict !== 'new') {
      counts.add(verdict === 'stale' ? 'stale_records_total' : 'repeated_replays_total', { topic: topics.raw })
      return this.#tell(record, again.place, verdict)
    }
    if (!this.#tryTo(record, again)) return
    this.#newest.processedAgain(name, again, this.#now())
    this.#tell(record, again.place, 'processed')
  }

  /** Whether it was processed. */
  #tryTo(record: BytesRecord, again: Again): boolean {
    let rows: readonly KeyValue<K, V | null>[]
    try {
      rows = this.#options.work(record)
    } catch (thrown) {
      this.#refuse(record, again, asError(thrown))
      return false
    }
    const headers = withoutErrors(record.headers)
    for (const { key, value } of rows) this.#context.forward({ ...record, key, value, headers }, children.rows)
    return true
  }

  #refuse(record: BytesRecord, again: Again, error: Error): void {
    const { counts, topics } = this.#options
    this.#newest.refused(this.#nameOf(record, again.origin), this.#now())
    const attempts = (numberOf(record.headers, headerNames.attempts) ?? 0) + 1
    const delayMs = isRetriable(error) ? [...topics.retries.keys()][attempts - 1] : undefined
    if (delayMs !== undefined) {
      counts.add('retry_records_total', { topic: topics.raw, delay_ms: String(delayMs) })
      return this.#context.forward(this.#retry(record, again, { error, attempts, delayMs }), children.retry(delayMs))
    }
    counts.add('dlq_records_total', { topic: topics.raw, class: errorClassOf(codeOf(error)) })
    this.#context.forward(this.#letter(record, again, error, attempts), children.letters)
    this.#tell(record, again.place, 'refused')
  }

  #retry(record: BytesRecord, { origin }: Again, failure: Failure): BytesRecord {
    const now = this.#now()
    const said = [
      header(headerNames.origin, placeText(origin)),
      header(headerNames.attempts, String(failure.attempts)),
      header(headerNames.dueAt, String(now + failure.delayMs)),
      header(headerNames.firstAt, String(numberOf(record.headers, headerNames.firstAt) ?? now)),
    ]
    const refused = this.#refused(record, origin, failure.error)
    return { ...refused, headers: [...refused.headers, ...said] }
  }

  #letter(record: BytesRecord, { origin }: Again, error: Error, attempts: number): BytesRecord {
    const refused = this.#refused(record, origin, error)
    return { ...refused, headers: [...refused.headers, header(headerNames.attempts, String(attempts))] }
  }

  /** The bytes as they are, with the headers of KIP-1034 in the place of older ones. They name the record that was refused first. */
  #refused(record: BytesRecord, origin: Place, error: Error): BytesRecord {
    const { key, value, timestamp } = record
    const context: ErrorHandlerContext = {
      ...origin,
      timestamp,
      headers: withoutErrors(record.headers),
      node: 'attempt',
      task: this.#context.taskId,
      sourceRawKey: key,
      sourceRawValue: value,
    }
    const { headers = [] } = deadLetter(deadLetterTopicOf(origin.topic), error, context)
    const by = [header(headerNames.refusedBy, this.#context.applicationId), header(headerNames.refusedAt, String(this.#now()))]
    return { key, value, timestamp, headers: [...headers, ...by] }
  }

  /** Whoever replayed a dead letter is told what came of it. */
  #tell(record: BytesRecord, place: Place, outcome: Outcome['outcome']): void {
    const letter = textOf(record.headers, headerNames.replayedFrom)
    if (letter === undefined) return
    const { key, value } = outcomeRecord(letter, { outcome, at: this.#now(), replay: placeText(place) })
    this.#context.forward({ key, value, timestamp: this.#now(), headers: [] }, children.states)
  }

  #nameOf(record: BytesRecord, origin: Place): string {
    return this.#options.nameOf(record) ?? placeText(origin)
  }

  #place(): Place {
    return this.#context.recordMetadata!
  }

  #now(): number {
    return this.#context.currentSystemTimeMs()
  }
}

interface Failure {
  readonly error: Error
  readonly attempts: number
  readonly delayMs: number
}
