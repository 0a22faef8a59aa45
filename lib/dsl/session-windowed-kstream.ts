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
 * A grouped stream, cut into sessions (Java: `SessionWindowedKStream`). A record that is near to several sessions joins them; those that
 * went into the new one are deleted in the table. Records without key or value are dropped, and what comes after its session has closed.
 * With `compatibility: 'java'` null values are not dropped: a fold sees them.
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
   * How many records each session has.
   *
   * @example
   * const counts = sessions.count({ store: 'per-session' })
   */
  count(options?: Materialized<K, number, number, 'session'>): KTable<Windowed<K>, number> {
    return tableOf(countWindows(this.#windowed, options))
  }

  /**
   * Combines the values of each session two by two, and the results of sessions that are joined; the first is taken as it is. Null deletes.
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
   * Folds the values of each session, from the initial value on. `merger` joins the aggregates of two sessions; it is first called with the
   * initial value. Null deletes.
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
