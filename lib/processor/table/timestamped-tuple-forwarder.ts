import { change, type Change } from '../../model/change.ts'
import { streamRecord, type StreamRecord } from '../../model/stream-record.ts'
import type { CachedStateStore, FlushListener } from '../../state/layers/flush-listener.ts'
import type { InternalProcessorContext } from '../internal-processor-context.ts'

/** Whether a table sends the old value beside the new one: only where somebody downstream needs it. */
export type OldValues = 'send' | 'omit'

/**
 * Forwards the changes of a materialised table: at once, or, where the store has a cache, when the cache gives them up
 * (Java: `TimestampedTupleForwarder` and `TimestampedCacheFlushListener`).
 */
export class TimestampedTupleForwarder<K, V> {
  readonly #context: InternalProcessorContext<K, Change<V>>
  readonly #oldValues: OldValues
  readonly #cached: boolean

  constructor(store: Partial<CachedStateStore<K, V>>, context: InternalProcessorContext<K, Change<V>>, oldValues: OldValues) {
    this.#context = context
    this.#oldValues = oldValues
    const listener: FlushListener<K, V> = (key, update, timestamp) => this.#forwardFlushed(key, update, timestamp)
    this.#cached = store.setFlushListener?.(listener, oldValues) ?? false
  }

  /** Whether `maybeForward` passes the old value on. */
  get sendsOldValues(): boolean {
    return this.#oldValues === 'send' && !this.#cached
  }

  /** `record` is the record that caused the change; its headers go along. */
  maybeForward<KOut extends K>(
    key: KOut,
    newValue: V | null,
    oldValue: V | null,
    timestamp: number,
    cause: StreamRecord<unknown, unknown>,
    isLatest = true,
  ): void {
    if (this.#cached) return
    const update = change(newValue, this.#oldValues === 'send' ? oldValue : null, isLatest)
    this.#context.forward(streamRecord<K, Change<V>>(key, update, timestamp, cause.headers))
  }

  #forwardFlushed(key: K, update: Change<V>, timestamp: number): void {
    this.#context.forward(streamRecord(key, update, timestamp, this.#context.recordContext().headers))
  }
}
