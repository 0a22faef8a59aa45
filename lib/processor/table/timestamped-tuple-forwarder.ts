import { change, type Change } from '../../model/change.ts'
import { streamRecord, type StreamRecord } from '../../model/stream-record.ts'
import type { CachedStateStore, FlushListener } from '../../state/layers/flush-listener.ts'
import type { InternalProcessorContext } from '../internal-processor-context.ts'

/** Whether a table forwards the old value with the new one. It does so only if an operator downstream needs old values. */
export type OldValues = 'send' | 'omit'

/**
 * Forwards the changes of a table with a store (Java: `TimestampedTupleForwarder` and `TimestampedCacheFlushListener`). If the
 * store has a record cache, it forwards when the cache is flushed, otherwise with each update.
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

  /** Whether `maybeForward` forwards the old value. */
  get sendsOldValues(): boolean {
    return this.#oldValues === 'send' && !this.#cached
  }

  /** Forwards the change with the headers of `cause`, the record that caused it. Does nothing if the store has a record cache. */
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
