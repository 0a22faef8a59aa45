import type { KeyValueStore } from '../../state/key-value/key-value-store.ts'
import type { JoinClock } from './join-clock.ts'
import { lookAheadMs, type JoinSide, type JoinTimes } from './join-side.ts'
import type { WaitingKey, WaitingValue } from './join-serdes.ts'

export interface WaitingStore<K, V> extends KeyValueStore<WaitingKey<K>, readonly WaitingValue<V>[]> {
  has(key: WaitingKey<K>): boolean
}

type Emit<K, V> = (waiting: WaitingKey<K>, value: V) => void

export interface WaitingRecordsOptions<K, V> {
  readonly store: WaitingStore<K, V>
  readonly clock: JoinClock
  readonly times: JoinTimes
  readonly compatibility: 'safe' | 'java'
}

/**
 * The records of a left or outer join that have no partner yet (KIP-633, KAFKA-10847). A record waits here until a partner comes,
 * or until none can come any more. Both sides share the store.
 */
export class WaitingRecords<K, V> {
  readonly #options: WaitingRecordsOptions<K, V>
  readonly #store: WaitingStore<K, V>
  readonly #clock: JoinClock

  constructor(options: WaitingRecordsOptions<K, V>) {
    this.#options = options
    this.#store = options.store
    this.#clock = options.clock
  }

  add(waiting: WaitingKey<K>, value: V): void {
    this.#clock.oldestWaitingMs = Math.min(this.#clock.oldestWaitingMs, waiting.timestamp)
    this.#store.put(waiting, [...(this.#store.get(waiting) ?? []), { side: waiting.side, value }])
  }

  /** Removes all records of this key, time and side: a partner has come. */
  remove(waiting: WaitingKey<K>): void {
    if (this.#store.has(waiting)) this.#store.put(waiting, null)
  }

  /** Emits the records whose wait is over, in the order of time, the right side first. */
  emitClosed(monotonicMs: number, emit: Emit<K, V>): void {
    const clock = this.#clock
    if (!clock.throttle.isDue(monotonicMs)) return
    clock.oldestWaitingMs = Infinity
    const open = new Set<JoinSide>()
    const leaving = new Leaving(this.#store, this.#options.compatibility)
    for (const { key: waiting, value: values } of this.#store.all()) {
      clock.oldestWaitingMs = waiting.timestamp
      if (open.size === 2) break
      if (this.#isOpen(waiting.timestamp, waiting.side)) {
        open.add(waiting.side)
        // Java stops at the next value, and a second value of the same key is one.
        if (open.size === 2 && values.length > 1) break
      } else leaving.emit(waiting, values, emit)
    }
    leaving.end()
  }

  /**
   * Whether the wait of any record may be over. As in Java, it is judged by the look-ahead of `side`, the side of the record that
   * has moved stream time.
   */
  mayHaveClosed(side: JoinSide): boolean {
    const { oldestWaitingMs } = this.#clock
    const { compatibility, times } = this.#options
    // Java has Long.MAX_VALUE here. Adding to it overflows, so Java looks for records, unless look-ahead and grace are both 0.
    if (compatibility === 'java' && oldestWaitingMs === Infinity) return lookAheadMs(side, times) + times.graceMs > 0
    return !this.#isOpen(oldestWaitingMs, side)
  }

  /** Whether a partner of the record may still come. */
  #isOpen(timestamp: number, side: JoinSide): boolean {
    const { times } = this.#options
    return timestamp + lookAheadMs(side, times) + times.graceMs >= this.#clock.streamTimeMs
  }
}

/**
 * Removes records from the store as they are emitted. If the joiner fails for a record and processing continues, Java calls the
 * joiner for this record again with each emission, and never emits the records after it. In `safe` the record is removed before
 * the next emission.
 */
class Leaving<K, V> {
  readonly #store: WaitingStore<K, V>
  readonly #compatibility: 'safe' | 'java'
  #last: WaitingKey<K> | undefined

  constructor(store: WaitingStore<K, V>, compatibility: 'safe' | 'java') {
    this.#store = store
    this.#compatibility = compatibility
  }

  emit(waiting: WaitingKey<K>, values: readonly WaitingValue<V>[], emit: Emit<K, V>): void {
    if (this.#compatibility === 'java') this.#emitLikeJava(waiting, values, emit)
    else this.#emitOnce(waiting, values, emit)
  }

  end(): void {
    if (this.#last !== undefined) this.#store.put(this.#last, null)
  }

  #emitOnce(waiting: WaitingKey<K>, values: readonly WaitingValue<V>[], emit: Emit<K, V>): void {
    let emitted = 0
    try {
      for (const { value } of values) {
        emitted++
        emit(waiting, value)
      }
    } finally {
      this.#store.put(waiting, emitted < values.length ? values.slice(emitted) : null)
    }
  }

  /** Removes each record only after the next one has been emitted, as Java does. */
  #emitLikeJava(waiting: WaitingKey<K>, values: readonly WaitingValue<V>[], emit: Emit<K, V>): void {
    for (const { value } of values) {
      emit(waiting, value)
      if (this.#last !== waiting) this.end()
      this.#last = waiting
    }
  }
}
