import type { Change } from '../../model/change.ts'
import type { EmitStrategy } from '../../model/emit-strategy.ts'
import { noHeaders } from '../../model/headers.ts'
import { streamRecord, type StreamRecord } from '../../model/stream-record.ts'
import { valueAndTimestamp } from '../../model/value-and-timestamp.ts'
import { windowed, type Windowed } from '../../model/windowed.ts'
import type { CachedStateStore } from '../../state/layers/flush-listener.ts'
import { translated } from '../../state/key-value/row-iterators.ts'
import type { SessionStore, UnemittedSessions } from '../../state/session/session-store.ts'
import type { WindowedEntry } from '../../state/window/window-store.ts'
import { foldFromInitial, type Fold, type FoldFromInitial } from './fold.ts'
import { internal, type InternalProcessorContext } from '../internal-processor-context.ts'
import { aggregationTime, resumeTime, type AggregationTime } from './aggregation-time.ts'
import { lambdaResult } from '../lambda-result.ts'
import type { Processor, ProcessorContext } from '../processor.ts'
import { closedSession, noKeyOrValue } from '../skip-reasons.ts'
import type { OldValues } from '../table/timestamped-tuple-forwarder.ts'
import type { ClosingWindows } from './window-close-emitter.ts'
import { WindowResults } from './window-results.ts'

/** A session takes records that are at most `gapMs` away from it. It closes `graceMs` after its end and gap. */
interface SessionWindowsOptions {
  readonly gapMs: number
  readonly graceMs: number
}

export interface KStreamSessionWindowAggregateOptions<K, V, A> {
  /** A fold with a merger, or a reducer. A null aggregate deletes the session. */
  readonly fold: Fold<K, V, A>
  /** A session store. */
  readonly storeName: string
  readonly windows: SessionWindowsOptions
  readonly oldValues: OldValues
  readonly emit: EmitStrategy
}

/** The store of a session aggregation. */
type SessionAggregateStore<K, A> = SessionStore<K, A> & UnemittedSessions<K, A> & CachedStateStore<Windowed<K>, A>

/** The updates of a session have no headers, as in Java if there is no cache. */
const headless = streamRecord(null, null, 0, noHeaders)

/** A session closes when stream time has passed its end, gap and grace. */
function closingSessions<K, A>(store: UnemittedSessions<K, A>): ClosingWindows<K, A> {
  return {
    lastClosedMs: (closeTime) => closeTime - 1,
    firstOpenMs: (closeTime) => Math.max(0, closeTime),
    fetch: (fromMs, toMs) =>
      translated(store.findSessionsByEnd(fromMs, toMs), ({ key, value }) => ({
        key,
        value: valueAndTimestamp(value, key.endMs),
      })),
    keepFrom: (endMs) => store.keepFrom(endMs),
  }
}

/**
 * Aggregates by key and session (Java: `KStreamSessionWindowAggregate`).
 *
 * - Stream time is the largest timestamp that this operator has seen.
 * - A session is open as long as stream time is at most its end + gap + grace.
 * - A record merges all open sessions within its gap into one. Those that were merged are deleted first, then the new one is forwarded.
 * - A record is dropped if no open session is within its gap, and a session of the record alone would be closed.
 * - A closed session never changes. Java merges it with a late record as long as the store, or the cache above it, still has it, so that
 *   the result depends on both. `java` copies that.
 * - Records without key or value are dropped. Java aggregates null values; `java` copies that.
 * - The timestamp of a result is the end of its session.
 */
export class KStreamSessionWindowAggregate<K, V, A> implements Processor<K | null, V, Windowed<K>, Change<A>> {
  readonly #options: KStreamSessionWindowAggregateOptions<K, V, A>
  readonly #fold: FoldFromInitial<K, V, A>
  #context!: InternalProcessorContext<Windowed<K>, Change<A>>
  #store!: SessionStore<K, A>
  #results!: WindowResults<K, A>
  #isSafe = true
  #time!: AggregationTime

  constructor(options: KStreamSessionWindowAggregateOptions<K, V, A>) {
    this.#options = options
    this.#fold = foldFromInitial(options.fold)
  }

  init(context: ProcessorContext<Windowed<K>, Change<A>>): void {
    const store = context.stateStore<SessionAggregateStore<K, A>>(this.#options.storeName)
    this.#store = store
    this.#context = internal(context)
    this.#time = aggregationTime(this.#context, this.#options.storeName)
    this.#isSafe = this.#context.compatibility === 'safe'
    this.#results = new WindowResults(this.#context, { ...this.#options, store, closing: closingSessions(store) })
    const { gapMs, graceMs } = this.#options.windows
    if (this.#context.compatibility === 'safe') resumeTime(this.#time, this.#results.emittedUntilMs, gapMs + graceMs)
  }

  process(record: StreamRecord<K | null, V>): void {
    const { key, timestamp } = record
    if (key === null || (record.value === null && this.#isSafe)) return this.#context.drop(noKeyOrValue(key))
    const { gapMs, graceMs } = this.#options.windows
    this.#time.streamTimeMs = Math.max(this.#time.streamTimeMs, timestamp)
    const closeTime = this.#time.streamTimeMs - graceMs - gapMs
    const earliestEndMs = this.#isSafe ? Math.max(timestamp - gapMs, closeTime) : timestamp - gapMs
    const near = [...this.#store.findSessions(key, earliestEndMs, timestamp + gapMs)]
    const session = merged(key, timestamp, near)
    const aggregate = this.#merge(key, near)
    if (session.endMs < closeTime) this.#dropLate(session)
    else this.#replace(near, session, aggregate, record.value)
    this.#results.processed(closeTime, record)
  }

  #dropLate({ startMs, endMs }: Windowed<K>): void {
    const { gapMs, graceMs } = this.#options.windows
    const facts = { sessionStartMs: startMs, sessionEndMs: endMs, gapMs, graceMs, streamTimeMs: this.#time.streamTimeMs }
    this.#context.drop(closedSession, facts)
  }

  /** The aggregate of the merged sessions, without the new record. */
  #merge(key: K, sessions: readonly WindowedEntry<K, A>[]): A | null {
    const { nodeName } = this.#context
    let aggregate = lambdaResult(this.#fold.initializer(), 'initializer', nodeName)
    for (const { value } of sessions) aggregate = lambdaResult(this.#fold.merger!(aggregate, value, key), 'merger', nodeName)
    return aggregate
  }

  #aggregate(aggregate: A | null, value: V, key: K): A | null {
    return lambdaResult(this.#fold.aggregator(aggregate, value, key), 'aggregator', this.#context.nodeName)
  }

  /**
   * Merger and aggregator may have changed the values of `read` in place. If old values are sent, they are read from the store
   * again.
   */
  #replace(read: readonly WindowedEntry<K, A>[], session: Windowed<K>, before: A | null, value: V): void {
    // Java deletes the merged sessions first. If then the aggregator fails, and the processing goes on, their aggregates are lost.
    const deletesFirst = !this.#isSafe
    let aggregate = deletesFirst ? before : this.#aggregate(before, value, session.key)
    const sessions = this.#results.sendsOldValues ? read.map((entry) => this.#reread(entry)) : read
    const isInstant = session.startMs === session.endMs
    if (!isInstant)
      for (const { key, value } of sessions) {
        this.#store.remove(key)
        this.#results.updated(key, null, value, key.endMs, headless)
      }
    if (deletesFirst) aggregate = this.#aggregate(before, value, session.key)
    this.#store.put(session, aggregate)
    const oldValue = isInstant ? this.#oldValue(sessions) : null
    this.#results.updated(session, aggregate, oldValue, session.endMs, headless)
  }

  #reread({ key, value }: WindowedEntry<K, A>): WindowedEntry<K, A> {
    return { key, value: this.#store.fetchSession(key.key, key.startMs, key.endMs) ?? value }
  }

  /**
   * A session of one instant keeps its key when it is updated. Without a cache Java then forwards null as the old value, so that
   * a grouping downstream never subtracts it; `java` copies that.
   */
  #oldValue(sessions: readonly WindowedEntry<K, A>[]): A | null {
    return this.#isSafe ? (sessions[0]?.value ?? null) : null
  }
}

function merged<K>(key: K, timestamp: number, sessions: readonly WindowedEntry<K, unknown>[]): Windowed<K> {
  const startMs = sessions.reduce((start, session) => Math.min(start, session.key.startMs), timestamp)
  const endMs = sessions.reduce((end, session) => Math.max(end, session.key.endMs), timestamp)
  return windowed(key, startMs, endMs)
}
