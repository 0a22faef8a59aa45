import type { Change } from '../../model/change.ts'
import type { StreamRecord } from '../../model/stream-record.ts'
import type { Windowed } from '../../model/windowed.ts'
import type { SlicedWindowStore } from '../../state/window/sliced-window-store.ts'
import type { ProcessorContext } from '../processor.ts'
import { KStreamWindowAggregate } from './kstream-window-aggregate.ts'
import { slicedResult } from './sliced-result.ts'

/**
 * Aggregates by key and window, in a store that keeps overlapping windows as slices: a record is folded into one slice, whatever number of windows
 * it is in. The store combines the slices of a window when that is read or emitted.
 */
export class KStreamSlicedWindowAggregate<K, V, A> extends KStreamWindowAggregate<K, V, A> {
  #slices!: SlicedWindowStore<K, A>

  override init(context: ProcessorContext<Windowed<K>, Change<A>>): void {
    super.init(context)
    this.#slices = context.stateStore(this.options.storeName)
  }

  protected override update(key: K, record: StreamRecord<unknown, V>, fromMs: number): void {
    this.#slices.update(key, record.timestamp, fromMs, (part) => this.#fold(part, record.value, key))
  }

  #fold(part: A | null, value: V, key: K): A {
    return slicedResult(this.aggregate(part ?? this.initial(), value, key), 'aggregator', this.context.nodeName)
  }
}
