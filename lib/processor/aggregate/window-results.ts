import type { Change } from '../../model/change.ts'
import type { EmitStrategy } from '../../model/emit-strategy.ts'
import type { StreamRecord } from '../../model/stream-record.ts'
import type { Windowed } from '../../model/windowed.ts'
import type { CachedStateStore } from '../../state/layers/flush-listener.ts'
import type { InternalProcessorContext } from '../internal-processor-context.ts'
import { TimestampedTupleForwarder, type OldValues } from '../table/timestamped-tuple-forwarder.ts'
import { WindowCloseEmitter, type ClosingWindows } from './window-close-emitter.ts'

export interface WindowResultsOptions<K, V> {
  readonly storeName: string
  readonly store: CachedStateStore<Windowed<K>, V>
  readonly oldValues: OldValues
  readonly emit: EmitStrategy
  readonly closing: ClosingWindows<K, V>
}

/** Forwards the results of a windowed aggregation: every update, or each window once after it has closed. */
export class WindowResults<K, V> {
  readonly #forwarder: TimestampedTupleForwarder<Windowed<K>, V> | undefined
  readonly #emitter: WindowCloseEmitter<K, V> | undefined

  constructor(context: InternalProcessorContext<Windowed<K>, Change<V>>, options: WindowResultsOptions<K, V>) {
    const { store, storeName, oldValues, emit, closing } = options
    if (emit === 'on-window-close') this.#emitter = new WindowCloseEmitter(context, storeName, closing)
    else this.#forwarder = new TimestampedTupleForwarder(store, context, oldValues)
  }

  /**
   * Whether `updated` forwards old values. The operator then reads them from the store again, because a fold may have changed its
   * copy in place.
   */
  get sendsOldValues(): boolean {
    return this.#forwarder?.sendsOldValues ?? false
  }

  /**
   * The close time of the last emission, restarts included. −1 if there was none, or if results are emitted with every update.
   */
  get emittedUntilMs(): number {
    return this.#emitter?.emittedUntilMs ?? -1
  }

  /** Forwards the new value of a window, unless windows are emitted on close. `cause` is the record that was aggregated. */
  updated(
    window: Windowed<K>,
    value: V | null,
    oldValue: V | null,
    timestamp: number,
    cause: StreamRecord<unknown, unknown>,
  ): void {
    this.#forwarder?.maybeForward(window, value, oldValue, timestamp, cause)
  }

  /** Called when all windows of a record are updated. Emits closed windows. `closeTime` is stream time minus the grace. */
  processed(closeTime: number, cause: StreamRecord<unknown, unknown>): void {
    this.#emitter?.emitClosed(closeTime, cause)
  }
}
