import type { Windowed } from '../model/windowed.ts'
import type { Cogrouping } from './aggregation/cogrouping.ts'
import { aggregateCogroup } from './aggregation/windowed-grouping.ts'
import { tableOf } from './handles.ts'
import type { Present } from './kstream.ts'
import type { KTable } from './ktable.ts'
import type { Materialized } from './options.ts'
import type { WindowsOfTime } from './windows/windows-of-time.ts'

/** Grouped streams that are aggregated together, per window of time (Java: `TimeWindowedCogroupedKStream`). Results come with each update. */
export class TimeWindowedCogroupedKStream<K, VOut> {
  readonly #cogrouping: Cogrouping
  readonly #windows: WindowsOfTime

  constructor(cogrouping: Cogrouping, windows: WindowsOfTime) {
    this.#cogrouping = cogrouping
    this.#windows = windows
  }

  /**
   * One aggregate for each key and window, from the initial value on. Records without key are dropped, and late ones.
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
