import type { EmitStrategy } from '../model/emit-strategy.ts'
import { TopologyError } from '../model/errors.ts'
import type { Windowed } from '../model/windowed.ts'
import type { StreamGrouping } from './aggregation/stream-grouping.ts'
import { aggregateWindows, countWindows, reduceWindows, type WindowedGrouping } from './aggregation/windowed-grouping.ts'
import type { AnyMaterialized } from './aggregation/materialized.ts'
import { tableOf } from './handles.ts'
import type { Present } from './kstream.ts'
import type { KTable } from './ktable.ts'
import type { AggregatedSlices, CountedSlices, Materialized, ReducedSlices } from './options.ts'
import { UnlimitedWindows } from './windows/unlimited-windows.ts'
import type { WindowsOfTime } from './windows/windows-of-time.ts'

/** A grouped stream in unlimited windows. It has no `emitStrategy`, because unlimited windows never close. */
export type UnlimitedWindowedKStream<K, V> = Omit<TimeWindowedKStream<K, V>, 'emitStrategy'>

/**
 * A grouped stream, cut into windows of time (Java: `TimeWindowedKStream`). Records without key or value are dropped, and so are
 * records that come after their window has closed. With `compatibility: 'java'` a record with a null value is dropped in sliding
 * windows only; in other windows folds are called with null.
 */
export class TimeWindowedKStream<K, V> {
  readonly #windowed: WindowedGrouping

  constructor(grouping: StreamGrouping, windows: WindowsOfTime, emit: EmitStrategy = 'on-window-update') {
    this.#windowed = { grouping, windows, emit }
  }

  /**
   * When results are forwarded (KIP-825). Default `on-window-update`. Throws a `TopologyError` (`STREAMS_EMIT_STRATEGY`) for
   * `on-window-close` with unlimited windows, which never close.
   *
   * @example
   * const final = perMinute.emitStrategy('on-window-close').count()
   */
  emitStrategy(emit: EmitStrategy): TimeWindowedKStream<K, V> {
    const { grouping, windows } = this.#windowed
    if (emit === 'on-window-close' && windows instanceof UnlimitedWindows)
      throw new TopologyError(
        'STREAMS_EMIT_STRATEGY',
        "emitStrategy('on-window-close'): unlimited windows never close. Emit on update, or use windows with a size.",
      )
    return new TimeWindowedKStream(grouping, windows as WindowsOfTime, emit)
  }

  /**
   * Counts the records of each key in overlapping windows that are kept as slices ({@link SlicedStore}).
   *
   * @example
   * const counts = lastMinutes.count({ store: { name: 'last-minutes', slices: true } })
   */
  count(options: CountedSlices<K>): KTable<Windowed<K>, number>
  /**
   * Counts the records of each key in each window.
   *
   * @example
   * const counts = perMinute.count({ store: { name: 'per-minute', retentionMs: 3_600_000 } })
   */
  count(options?: Materialized<K, number, number, 'window'>): KTable<Windowed<K>, number>
  count(options?: AnyMaterialized): KTable<Windowed<K>, never> {
    return tableOf(countWindows(this.#windowed, options))
  }

  /**
   * Combines the values of overlapping windows that are kept as slices ({@link SlicedStore}). The reducer is associative and commutative, and
   * returns no null (`STREAMS_LAMBDA_RETURNED_NULL`).
   *
   * @example
   * const largest = lastMinutes.reduce((left, right) => (right.amount > left.amount ? right : left), {
   *   store: { name: 'largest', slices: true },
   *   associative: true,
   * })
   */
  reduce<VR = Present<V>>(
    reducer: (aggregate: Present<V>, value: Present<V>, key: K) => Present<V>,
    options: ReducedSlices<K, Present<V>, VR>,
  ): KTable<Windowed<K>, VR>
  /**
   * Combines the values of each window two by two, beginning with the first value. A result of null deletes the window's row.
   *
   * @example
   * const largest = perMinute.reduce((largest, order) => (order.amount > largest.amount ? order : largest))
   */
  reduce<VR = Present<V>>(
    reducer: (aggregate: Present<V>, value: V, key: K) => Present<V> | null,
    options?: Materialized<K, Present<V>, VR, 'window'>,
  ): KTable<Windowed<K>, VR>
  reduce(reducer: object, options?: AnyMaterialized): KTable<Windowed<K>, never> {
    return tableOf(reduceWindows(this.#windowed, reducer, options))
  }

  /**
   * Folds the values of overlapping windows that are kept as slices ({@link SlicedStore}). The aggregate of each slice begins as the initial value;
   * the option `merger` combines those of a window. Neither it nor the aggregator returns null (`STREAMS_LAMBDA_RETURNED_NULL`).
   *
   * @example
   * const sums = lastMinutes.aggregate(() => 0, (sum, order) => sum + order.amount, {
   *   store: { name: 'sums', slices: true },
   *   merger: (left, right) => left + right,
   *   value: Serdes.double,
   * })
   */
  aggregate<VR>(
    initializer: () => VR,
    aggregator: (aggregate: VR, value: V, key: K) => Present<VR>,
    options: AggregatedSlices<K, Present<VR>>,
  ): KTable<Windowed<K>, Present<VR>>
  /**
   * Folds the values of each window into an aggregate, which begins as the initial value. A result of null deletes the window's
   * row.
   *
   * The option `value` is the serde of the aggregates. Default: the application's `defaultValueSerde`. Where neither is given, the
   * application is refused (`STREAMS_SERDE_MISSING`).
   *
   * @example
   * const sums = perMinute.aggregate(() => 0, (sum, order) => sum + order.amount, { value: Serdes.double })
   */
  aggregate<VR>(
    initializer: () => VR,
    aggregator: (aggregate: VR, value: V, key: K) => VR | null,
    options?: Materialized<K, Present<VR>, Present<VR>, 'window'>,
  ): KTable<Windowed<K>, Present<VR>>
  aggregate(initializer: object, aggregator: object, options?: AnyMaterialized): KTable<Windowed<K>, never> {
    return tableOf(aggregateWindows(this.#windowed, { initializer, aggregator }, options))
  }
}
