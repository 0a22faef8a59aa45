import { ByteKey } from '../../kernel/byte-key.ts'
import { asBuffer, fromLatin1 } from '../../model/bytes.ts'
import { isBehind, translated } from '../key-value/row-iterators.ts'
import { RowView } from '../key-value/row-view.ts'
import { FoundWindows } from './found-windows.ts'
import type { Combination } from './key-slices.ts'
import type { Slice, SlicedWindows } from './slice.ts'
import { keyOfWindow, startOfWindow, textOf } from './window-key.ts'
import { byStart } from './window-order.ts'
import type { KeyRange, TimeRange } from './window-rows.ts'
import { WindowSlices, type AskedWindows, type StoredSlice } from './window-slices.ts'
import type { WindowLayers } from './window-state-store.ts'

/** Reads windows from a store of their slices. Keys are the user's, or bytes as latin1 (`keyText`). */
export class SliceReader<K, A> {
  readonly #layers: WindowLayers<K, Slice<A>>
  readonly #combination: Combination<K, A>

  constructor(layers: WindowLayers<K, Slice<A>>, windows: SlicedWindows, merger: (left: A, right: A, key: K) => A) {
    this.#layers = layers
    const view = new RowView()
    this.#combination = {
      ...windows,
      merger,
      read: (bytes) => layers.codec.fromRow(view.set(asBuffer(bytes), 0, bytes.byteLength, 0)),
      decodeKey: (keyText) => layers.keys.decode(asBuffer(fromLatin1(keyText)), 0, keyText.length),
    }
  }

  /** The windows of a key, as of the call. */
  ofKey(key: ByteKey, times: TimeRange): WindowSlices<K, A> {
    const slices = this.slicesOfKey(key, times)
    return this.windowsOf(times.reverse ? slices.toReversed() : slices, asked(times))
  }

  /** The windows of a range of keys, as of the call. */
  ofKeys(keys: KeyRange, times: TimeRange): WindowSlices<K, A> {
    const { fromMs, reverse } = times
    const rows = this.#layers.top.fetchRange(keys, { fromMs, toMs: this.#endOf(times), reverse })
    const slices = translated(rows, ([windowKey, { bytes }]): StoredSlice => {
      return { keyText: keyOfWindow(windowKey), startMs: startOfWindow(windowKey), bytes }
    })
    return new WindowSlices(slices, asked(times), this.#combination)
  }

  /** The slices of these windows of a key, the earliest first. */
  slicesOfKey(key: ByteKey, times: Pick<TimeRange, 'fromMs' | 'toMs'>): readonly StoredSlice[] {
    const keyText = textOf(key)
    const found = new FoundWindows().begin(key)
    this.#layers.top.fetch(key, { fromMs: times.fromMs, toMs: this.#endOf(times), reverse: false }, found)
    const slices: StoredSlice[] = []
    for (let index = found.count - 1; index >= 0; index--)
      slices.push({ keyText, startMs: found.startMs(index), bytes: found.row(index).copy() })
    return slices
  }

  /** The windows that slices make. */
  windowsOf(slices: readonly StoredSlice[], asked: AskedWindows): WindowSlices<K, A> {
    return new WindowSlices(slices.values(), asked, this.#combination)
  }

  keyOf(keyText: string): ByteKey {
    return new ByteKey().set(asBuffer(fromLatin1(keyText)), 0, keyText.length)
  }

  /** The last time that is in one of the windows. */
  #endOf({ toMs }: Pick<TimeRange, 'toMs'>): number {
    return toMs + this.#combination.sizeMs - 1
  }
}

function asked({ fromMs, toMs, reverse, after }: TimeRange): AskedWindows {
  return after === undefined ? { fromMs, toMs, reverse } : { fromMs, toMs, reverse, isAsked: isBehind(after, byStart, reverse) }
}
