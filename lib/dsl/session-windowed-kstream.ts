import type { EmitStrategy } from '../model/emit-strategy.ts'
import type { Windowed } from '../model/windowed.ts'
import type { StreamGrouping } from './aggregation/stream-grouping.ts'
import { aggregateWindows, countWindows, reduceWindows, type WindowedGrouping } from './aggregation/windowed-grouping.ts'
import { tableOf } from './handles.ts'
import type { Present } from './kstream.ts'
import type { KTable } from './ktable.ts'
import type { Materialized } from './options.ts'
import type { SessionWindows } from './windows/session-windows.ts'

/**
 * A grouped stream, cut into sessions (Java: `SessionWindowedKStream`). A record within the gap of several sessions merges them
 * into one; the table then deletes the rows of the old sessions. Records without key or value are dropped, and so are records
 * that come after their session has closed. With `compatibility: 'java'` a record with a null value is not dropped: folds are
 * called with null.
 */
export class SessionWindowedKStream<K, V> {
  readonly #windowed: WindowedGrouping

  constructor(grouping: StreamGrouping, windows: SessionWindows, emit: EmitStrategy = 'on-window-update') {
    this.#windowed = { grouping, windows, emit }
  }

  /**
   * When results are forwarded (KIP-825). Default `on-window-update`.
   *
   * @example
   * const final = sessions.emitStrategy('on-window-close').count()
   */
  emitStrategy(emit: EmitStrategy): SessionWindowedKStream<K, V> {
    const { grouping, windows } = this.#windowed
    return new SessionWindowedKStream(grouping, windows as SessionWindows, emit)
  }

  /**
   * Counts the records of each session.
   *
   * @example
   * const counts = sessions.count({ store: 'per-session' })
   */
  count(options?: Materialized<K, number, number, 'session'>): KTable<Windowed<K>, number> {
    return tableOf(countWindows(this.#windowed, options))
  }

  /**
   * Combines the values of each session two by two, beginning with the first value. When sessions are merged, their results are
   * combined in the same way. A result of null deletes the session's row.
   *
   * @example
   * const largest = sessions.reduce((largest, order) => (order.amount > largest.amount ? order : largest))
   */
  reduce<VR = Present<V>>(
    reducer: (aggregate: Present<V>, value: V, key: K) => Present<V> | null,
    options?: Materialized<K, Present<V>, VR, 'session'>,
  ): KTable<Windowed<K>, VR> {
    return tableOf(reduceWindows(this.#windowed, reducer, options))
  }

  /**
   * Folds the values of each session into an aggregate, which begins as the initial value. `merger` combines the aggregates of
   * two sessions; the first call for a session gets the initial value as `left`. A result of null deletes the session's row.
   *
   * The option `value` is the serde of the aggregates. Default: the application's `defaultValueSerde`. Where neither is given, the
   * application is refused (`STREAMS_SERDE_MISSING`).
   *
   * @example
   * const sums = sessions.aggregate(
   *   () => 0,
   *   (sum, order) => sum + order.amount,
   *   (left, right) => left + right,
   *   { value: Serdes.double },
   * )
   */
  aggregate<VR>(
    initializer: () => VR,
    aggregator: (aggregate: VR, value: V, key: K) => VR | null,
    merger: (left: VR, right: Present<VR>, key: K) => VR,
    options?: Materialized<K, Present<VR>, Present<VR>, 'session'>,
  ): KTable<Windowed<K>, Present<VR>> {
    return tableOf(aggregateWindows(this.#windowed, { initializer, aggregator, merger }, options))
  }
}
