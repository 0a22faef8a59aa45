import type { KeyValueStore } from '../../state/key-value/key-value-store.ts'
import type { JoinClock } from './join-clock.ts'
import { lookAheadMs, type JoinSide, type JoinTimes } from './join-side.ts'
import type { WaitingKey, WaitingValue } from './join-serdes.ts'

export type WaitingStore<K, V> = KeyValueStore<WaitingKey<K>, readonly WaitingValue<V>[]>

type Emit<K, V> = (waiting: WaitingKey<K>, value: V) => void

export interface WaitingRecordsOptions<K, V> {
  readonly store: WaitingStore<K, V>
  readonly clock: JoinClock
  readonly times: JoinTimes
  readonly compatibility: 'safe' | 'java'
}

/**
 * Records of a left or outer join that have not met a partner, in a store of both sides, until one comes or none can come any more
 * (KIP-633, KAFKA-10847).
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

  /** A partner came for the records of this key, time and side: for all of them. */
  remove(waiting: WaitingKey<K>): void {
    if (this.#store.get(waiting) !== null) this.#store.put(waiting, null)
  }

  /** Gives out what waits no longer, by time, the right side first. */
  emitClosed(nowMs: number, emit: Emit<K, V>): void {
    const clock = this.#clock
    if (!clock.throttle.isDue(nowMs)) return
    clock.oldestWaitingMs = Infinity
    const open = new Set<JoinSide>()
    const leaving = new Leaving(this.#store, this.#options.compatibility)
    for (const { key: waiting, value: values } of this.#store.all()) {
      clock.oldestWaitingMs = waiting.timestamp
      if (open.size === 2) break
      if (this.#isOpen(waiting.timestamp, waiting.side)) {
        open.add(waiting.side)
        // Java goes by values: it sees the second one of this key, and looks no further.
        if (open.size === 2 && values.length > 1) break
      } else leaving.emit(waiting, values, emit)
    }
    leaving.end()
  }

  /** Whether looking is worth it. `side` is where the record came in that moved stream time: only its own look ahead decides. */
  mayHaveClosed(side: JoinSide): boolean {
    const { oldestWaitingMs } = this.#clock
    const { compatibility, times } = this.#options
    // Java's Long.MAX_VALUE overflows in the sum, so that it looks after all, unless nothing is added.
    if (compatibility === 'java' && oldestWaitingMs === Infinity) return lookAheadMs(side, times) + times.graceMs > 0
    return !this.#isOpen(oldestWaitingMs, side)
  }

  /** Whether a partner of a record may still come. */
  #isOpen(timestamp: number, side: JoinSide): boolean {
    const { times } = this.#options
    return timestamp + lookAheadMs(side, times) + times.graceMs >= this.#clock.streamTimeMs
  }
}

/**
 * Takes records out of the store as they are emitted. Where a joiner fails, and the processing goes on, Java's is called for the same
 * record again with every look, so that nothing behind it comes out; with `safe` it has failed once.
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

  /** Each is forgotten when the next one is out. */
  #emitLikeJava(waiting: WaitingKey<K>, values: readonly WaitingValue<V>[], emit: Emit<K, V>): void {
    for (const { value } of values) {
      emit(waiting, value)
      if (this.#last !== waiting) this.end()
      this.#last = waiting
    }
  }
}
