import { noHeaders, type Headers } from '../../model/headers.ts'
import { streamRecord, type StreamRecord } from '../../model/stream-record.ts'
import type { WindowStore } from '../../state/window/window-store.ts'
import { internal, type InternalProcessorContext } from '../internal-processor-context.ts'
import { lambdaResult } from '../lambda-result.ts'
import type { Processor, ProcessorContext } from '../processor.ts'
import { noKey, noValue } from '../skip-reasons.ts'
import { joinClock, type JoinClock } from './join-clock.ts'
import { lookAheadMs, lookBackMs, otherSide, type JoinSide, type JoinTimes } from './join-side.ts'
import { WaitingRecords, type WaitingStore } from './waiting-records.ts'

/** The user's joiner. The left value comes first, whichever side the new record is from. */
export type StreamJoiner<K, V, VOut> = (left: V | null, right: V | null, key: K) => VOut

export interface KStreamKStreamJoinOptions<K, V, VOut> {
  /** The side whose records this node processes. */
  readonly side: JoinSide
  readonly times: JoinTimes
  /** The store with the records of the other side. */
  readonly otherStoreName: string
  readonly joiner: StreamJoiner<K, V, VOut>
  /** `kept`: records of this side without a partner are joined with null. */
  readonly nonJoined: 'kept' | 'dropped'
  /**
   * The store of records that wait for a partner, of both sides. Absent in inner joins, and in joins without grace, whose records
   * do not wait.
   */
  readonly waitingStoreName: string | undefined
  /** The join's name, which its nodes share. */
  readonly join: string
}

/**
 * One side of a join of two streams (Java: `KStreamKStreamJoin`). It joins each record with the records of the other side that
 * have the same key and a timestamp within the join window.
 *
 * - The timestamp of a result is the larger one of both records.
 * - Records without value are dropped. Records without key are dropped as well, or joined with null if `nonJoined` is `kept` (KIP-962).
 * - Late records are not dropped. They are joined with the records that the other store still has.
 */
export class KStreamKStreamJoin<K, V, VOut> implements Processor<K | null, V | null, K | null, VOut> {
  readonly #options: KStreamKStreamJoinOptions<K, V, VOut>
  #context!: InternalProcessorContext<K | null, VOut>
  #clock!: JoinClock
  #otherStore!: WindowStore<K, V>
  #waiting: WaitingRecords<K, V> | undefined

  constructor(options: KStreamKStreamJoinOptions<K, V, VOut>) {
    this.#options = options
  }

  init(context: ProcessorContext<K | null, VOut>): void {
    const { join, otherStoreName, waitingStoreName, times } = this.#options
    this.#context = internal(context)
    this.#clock = joinClock(context, join)
    this.#otherStore = context.stateStore(otherStoreName)
    if (waitingStoreName === undefined) return
    const store = context.stateStore<WaitingStore<K, V>>(waitingStoreName)
    const { compatibility } = this.#context
    this.#waiting = new WaitingRecords({ store, clock: this.#clock, times, compatibility })
  }

  process(record: StreamRecord<K | null, V | null>): void {
    const { key, value, timestamp } = record
    this.#clock.streamTimeMs = Math.max(this.#clock.streamTimeMs, timestamp)
    if (value === null) return this.#context.drop(noValue)
    if (key === null) return this.#withoutKey(record, value)
    if (timestamp === this.#clock.streamTimeMs) this.#emitClosed(record)
    if (!this.#joinMatches(key, value, record) && this.#options.nonJoined === 'kept') this.#keep(key, value, record)
  }

  #withoutKey(record: StreamRecord<K | null, unknown>, value: V): void {
    if (this.#options.nonJoined === 'dropped') return this.#context.drop(noKey)
    this.#forward(null, this.#joined(null as K, value, null), record.timestamp, record.headers)
  }

  #joinMatches(key: K, value: V, record: StreamRecord<unknown, unknown>): boolean {
    const { side, times } = this.#options
    const from = Math.max(0, record.timestamp - lookBackMs(side, times))
    let hasMatch = false
    for (const { startMs, value: other } of this.#otherStore.fetch(key, from, this.#lastPartnerMs(record.timestamp))) {
      hasMatch = true
      this.#waiting?.remove({ timestamp: startMs, side: otherSide(side), key })
      this.#forward(key, this.#joined(key, value, other), Math.max(record.timestamp, startMs), record.headers)
    }
    return hasMatch
  }

  /**
   * Makes a record without partner wait, as long as a partner may still come within the grace. Java ignores the grace here: once
   * stream time is past the last possible partner, it joins the record with null at once, and joins it again if a partner comes
   * within the grace. `java` copies that.
   */
  #keep(key: K, value: V, record: StreamRecord<unknown, unknown>): void {
    const { timestamp, headers } = record
    if (this.#waiting !== undefined && this.#mayStillMeet(timestamp))
      return this.#waiting.add({ timestamp, side: this.#options.side, key }, value)
    this.#forward(key, this.#joined(key, value, null), timestamp, headers)
  }

  #mayStillMeet(timestamp: number): boolean {
    const graceMs = this.#context.compatibility === 'java' ? 0 : this.#options.times.graceMs
    return this.#lastPartnerMs(timestamp) + graceMs >= this.#clock.streamTimeMs
  }

  /**
   * Joins with null the waiting records of both sides for which no partner can come any more. These results have no headers,
   * because the store does not keep them. Java gives them the headers of `record`, an unrelated record that has moved stream
   * time. `java` copies that.
   */
  #emitClosed(record: StreamRecord<unknown, unknown>): void {
    const own = this.#options.side
    if (this.#waiting?.mayHaveClosed(own) !== true) return
    const headers = this.#context.compatibility === 'java' ? record.headers : noHeaders
    this.#waiting.emitClosed(this.#context.monotonicMs(), ({ key, side, timestamp }, value) => {
      const joined = side === own ? this.#joined(key, value, null) : this.#joined(key, null, value)
      this.#forward(key, joined, timestamp, headers)
    })
  }

  #lastPartnerMs(timestamp: number): number {
    return Math.max(0, timestamp + lookAheadMs(this.#options.side, this.#options.times))
  }

  #joined(key: K, own: V | null, other: V | null): VOut {
    const { side, joiner } = this.#options
    const joined = side === 'left' ? joiner(own, other, key) : joiner(other, own, key)
    return lambdaResult(joined, 'joiner', this.#context.nodeName)
  }

  #forward(key: K | null, value: VOut, timestamp: number, headers: Headers): void {
    this.#context.forward(streamRecord(key, value, timestamp, headers))
  }
}
