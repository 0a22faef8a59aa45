import type { EmitStrategy } from '../model/emit-strategy.ts'
import { TopologyError } from '../model/errors.ts'
import type { Windowed } from '../model/windowed.ts'
import type { StreamGrouping } from './aggregation/stream-grouping.ts'
import { aggregateWindows, countWindows, reduceWindows, type WindowedGrouping } from './aggregation/windowed-grouping.ts'
import { tableOf } from './handles.ts'
import type { Present } from './kstream.ts'
import type { KTable } from './ktable.ts'
import type { Materialized } from './options.ts'
import { UnlimitedWindows } from './windows/unlimited-windows.ts'
import type { WindowsOfTime } from './windows/windows-of-time.ts'

/** Unlimited windows never close, so that there is nothing to emit then. */
export type UnlimitedWindowedKStream<K, V> = Omit<TimeWindowedKStream<K, V>, 'emitStrategy'>

/**
 * A grouped stream, cut into windows of time (Java: `TimeWindowedKStream`). Records without key or value are dropped, and
 * what comes after its window has closed. With `compatibility: 'java'` null values are dropped in sliding windows only: a fold sees them.
 */
export class TimeWindowedKStream<K, V> {
  readonly #windowed: WindowedGrouping

  constructor(grouping: StreamGrouping, windows: WindowsOfTime, emit: EmitStrategy = 'on-window-update') {
    this.#windowed = { grouping, windows, emit }
  }

  /**
   * When results are forwarded (KIP-825). Default `on-window-update`. Throws a `TopologyError` (`STREAMS_EMIT_STRATEGY`) for unlimited
   * windows on close: they never do.
   *
   * @example
   * const final = perMinute.emitStrategy('on-window-close').count()
   */
  emitStrategy(emit: EmitStrategy): TimeWindowedKStream<K, V> {
    const { grouping, windows } = this.#windowed
    if (emit === 'on-window-close' && windows instanceof UnlimitedWindows)
      throw new TopologyError('STREAMS_EMIT_STRATEGY', 'Unlimited windows never close: emit on update, or give them a size.')
    return new TimeWindowedKStream(grouping, windows as WindowsOfTime, emit)
  }

  /**
   * How many records each key has had in each window.
   *
   * @example
   * const counts = perMinute.count({ store: { name: 'per-minute', retentionMs: 3_600_000 } })
   */
  count(options?: Materialized<K, number, number, 'window'>): KTable<Windowed<K>, number> {
    return tableOf(countWindows(this.#windowed, options))
  }

  /**
   * Combines the values of each window two by two; the first is taken as it is. Null deletes.
   *
   * @example
   * const largest = perMinute.reduce((largest, order) => (order.amount > largest.amount ? order : largest))
   */
  reduce<VR = Present<V>>(
    reducer: (aggregate: Present<V>, value: V, key: K) => Present<V> | null,
    options?: Materialized<K, Present<V>, VR, 'window'>,
  ): KTable<Windowed<K>, VR> {
    return tableOf(reduceWindows(this.#windowed, reducer, options))
  }

  /**
   * Folds the values of each window, from the initial value on. Null deletes.
   *
   * @example
   * const sums = perMinute.aggregate(() => 0, (sum, order) => sum + order.amount, { value: Serdes.double })
   */
  aggregate<VR>(
    initializer: () => VR,
    aggregator: (aggregate: VR, value: V, key: K) => VR | null,
    options?: Materialized<K, Present<VR>, Present<VR>, 'window'>,
  ): KTable<Windowed<K>, Present<VR>> {
    return tableOf(aggregateWindows(this.#windowed, { initializer, aggregator }, options))
  }
}
