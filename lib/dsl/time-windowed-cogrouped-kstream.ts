import type { Windowed } from '../model/windowed.ts'
import type { Cogrouping } from './aggregation/cogrouping.ts'
import { aggregateCogroup } from './aggregation/windowed-grouping.ts'
import { tableOf } from './handles.ts'
import type { Present } from './kstream.ts'
import type { KTable } from './ktable.ts'
import type { Materialized } from './options.ts'
import type { WindowsOfTime } from './windows/windows-of-time.ts'

/**
 * Grouped streams that are aggregated into one table of windows (Java: `TimeWindowedCogroupedKStream`). Each update forwards a
 * result.
 */
export class TimeWindowedCogroupedKStream<K, VOut> {
  readonly #cogrouping: Cogrouping
  readonly #windows: WindowsOfTime

  constructor(cogrouping: Cogrouping, windows: WindowsOfTime) {
    this.#cogrouping = cogrouping
    this.#windows = windows
  }

  /**
   * Folds the records of each key and window into an aggregate, which begins as the initial value. Records without key are
   * dropped, and so are late records.
   *
   * The option `value` is the serde of the aggregates. Default: the application's `defaultValueSerde`. Where neither is given, the
   * application is refused (`STREAMS_SERDE_MISSING`).
   *
   * @example
   * const sums = cogrouped.windowedBy(TimeWindows.of({ sizeMs: 60_000 })).aggregate(() => 0, { store: 'sums', value: Serdes.double })
   */
  aggregate(
    initializer: () => VOut,
    options?: Materialized<K, Present<VOut>, Present<VOut>, 'window'>,
  ): KTable<Windowed<K>, Present<VOut>> {
    return tableOf(aggregateCogroup(this.#cogrouping, this.#windows, { initializer }, options))
  }
}
