import type { Windowed } from '../model/windowed.ts'
import type { Cogrouping } from './aggregation/cogrouping.ts'
import { aggregateCogroup } from './aggregation/windowed-grouping.ts'
import { tableOf } from './handles.ts'
import type { Present } from './kstream.ts'
import type { KTable } from './ktable.ts'
import type { Materialized } from './options.ts'
import type { SessionWindows } from './windows/session-windows.ts'

/**
 * Grouped streams that are aggregated into one table of sessions (Java: `SessionWindowedCogroupedKStream`). Each update forwards
 * a result.
 */
export class SessionWindowedCogroupedKStream<K, VOut> {
  readonly #cogrouping: Cogrouping
  readonly #windows: SessionWindows

  constructor(cogrouping: Cogrouping, windows: SessionWindows) {
    this.#cogrouping = cogrouping
    this.#windows = windows
  }

  /**
   * Folds the records of each key and session into an aggregate, which begins as the initial value. `merger` combines the
   * aggregates of two sessions; the first call for a session gets the initial value as `left`. Records without key are dropped,
   * and so are late records.
   *
   * The option `value` is the serde of the aggregates. Default: the application's `defaultValueSerde`. Where neither is given, the
   * application is refused (`STREAMS_SERDE_MISSING`).
   *
   * @example
   * const sums = cogrouped
   *   .windowedBy(SessionWindows.of({ gapMs: 60_000 }))
   *   .aggregate(() => 0, (left, right) => left + right, { value: Serdes.double })
   */
  aggregate(
    initializer: () => VOut,
    merger: (left: VOut, right: Present<VOut>, key: K) => VOut,
    options?: Materialized<K, Present<VOut>, Present<VOut>, 'session'>,
  ): KTable<Windowed<K>, Present<VOut>> {
    return tableOf(aggregateCogroup(this.#cogrouping, this.#windows, { initializer, merger }, options))
  }
}
