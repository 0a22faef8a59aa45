import { asBuffer } from '../../model/bytes.ts'
import { valueAndTimestamp, type ValueAndTimestamp } from '../../model/value-and-timestamp.ts'
import { windowed, type Windowed } from '../../model/windowed.ts'
import type { CachedStateStore, FlushListener } from '../layers/flush-listener.ts'
import { LayeredStateStore } from '../layers/layered-state-store.ts'
import { positioned } from '../key-value/row-iterators.ts'
import { RowView } from '../key-value/row-view.ts'
import { noBudget, type RestoreBudget } from '../restore-budget.ts'
import type { ChangelogRecord, StateStore, StateStoreContext } from '../state-store.ts'
import type { WindowStoreSpec } from '../store-spec.ts'
import { firstWindowOf, sliceStart, windowStartAt, windowStartFrom, withRecord, type Slice, type SlicedWindows } from './slice.ts'
import { SliceReader } from './slice-reader.ts'
import { valuesInSlice } from './slice-serde.ts'
import { SliceUpdates } from './slice-updates.ts'
import { startOfWindow, textOf } from './window-key.ts'
import type { KeyRange, TimeRange } from './window-rows.ts'
import type { CombinedWindow, WindowSlices } from './window-slices.ts'
import type { WindowLayers } from './window-state-store.ts'
import type { ReadOnlyWindowStore, UnemittedWindows, WindowedEntry, WindowEntry } from './window-store.ts'

const allKeys: KeyRange = { fromKey: null, toKey: null, isAll: true }

export interface SlicedWindowStoreOptions<K, A> {
  /** The spec of the windows. */
  readonly spec: WindowStoreSpec<unknown, unknown>
  /** The layers of a store whose rows are slices, by their starts. */
  readonly layers: WindowLayers<K, Slice<A>>
  readonly windows: SlicedWindows
  readonly merger: (left: A, right: A, key: K) => A
  /** How far a window may start behind the newest one without being expired. */
  readonly mostAgeMs: number
  readonly context: StateStoreContext
}

/**
 * A window store whose windows overlap: it keeps a row for each slice between two bounds of windows, and combines the slices of a window when
 * that is read or emitted. So a record costs one write, however many windows have it.
 */
export class SlicedWindowStore<K, A>
  extends LayeredStateStore<WindowStoreSpec<unknown, unknown>>
  implements StateStore, ReadOnlyWindowStore<K, ValueAndTimestamp<A>>, UnemittedWindows, CachedStateStore<Windowed<K>, unknown>
{
  readonly #layers: WindowLayers<K, Slice<A>>
  readonly #windows: SlicedWindows
  readonly #reader: SliceReader<K, A>
  readonly #updates: SliceUpdates<K, A>
  readonly #clock: { startMs: number }
  readonly #mostAgeMs: number
  readonly #context: StateStoreContext
  readonly #view = new RowView()

  constructor({ spec, layers, windows, merger, mostAgeMs, context }: SlicedWindowStoreOptions<K, A>) {
    const reader = new SliceReader(layers, windows, merger)
    const updates = new SliceUpdates(windows, reader, context, (startMs) => layers.base.keepFrom(startMs))
    const clock = { startMs: -1 }
    super({ spec, base: layers.base, cache: upperLayers(updates, layers.cache, clock) })
    this.#layers = layers
    this.#windows = windows
    this.#reader = reader
    this.#updates = updates
    this.#clock = clock
    this.#mostAgeMs = mostAgeMs
    this.#context = context
  }

  /**
   * Folds a record into those of its windows that start at `fromMs` or later. Windows that the store has forgotten do not get it, and are counted as
   * dropped records. `fold` gets the aggregate of a part of these windows; null: it has no record yet.
   */
  update(key: K, timestamp: number, fromMs: number, fold: (aggregate: A | null) => A): void {
    this.checkOpen()
    const startMs = sliceStart(timestamp, this.#windows)
    this.#advance(startMs)
    const liveFromMs = this.#dropExpired(fromMs, timestamp)
    if (liveFromMs > timestamp) return
    const { top, keys, codec } = this.#layers
    const partFromMs = liveFromMs <= firstWindowOf(timestamp, this.#windows) ? 0 : liveFromMs
    const row = top.get(keys.encode(key), startMs)
    const slice = withRecord(row === null ? null : codec.fromRow(row), partFromMs, timestamp, fold)
    const waitingBytes = this.#updates.bytes
    this.#updates.touch(keys.encode(key), startMs, partFromMs, row)
    top.put(keys.encode(key), startMs, codec.toRow(slice, this.#view))
    this.#updates.written(this.#updates.bytes - waitingBytes)
  }

  fetchOne(key: K, startMs: number): ValueAndTimestamp<A> | null {
    const [first] = this.fetch(key, startMs, startMs)
    return first?.value ?? null
  }

  // `after`: the position where an earlier iterator over the same windows stopped. The windows behind it are returned.

  fetch(key: K, fromMs: number, toMs: number, after?: string): IterableIterator<WindowEntry<ValueAndTimestamp<A>>> {
    return this.#fetchKey(key, { fromMs, toMs, reverse: false, after })
  }

  backwardFetch(key: K, fromMs: number, toMs: number, after?: string): IterableIterator<WindowEntry<ValueAndTimestamp<A>>> {
    return this.#fetchKey(key, { fromMs, toMs, reverse: true, after })
  }

  fetchRange(from: K | null, to: K | null, fromMs: number, toMs: number, after?: string): Windows<K, A> {
    return this.#fetchKeys(this.#range(from, to), { fromMs, toMs, reverse: false, after })
  }

  backwardFetchRange(from: K | null, to: K | null, fromMs: number, toMs: number, after?: string): Windows<K, A> {
    return this.#fetchKeys(this.#range(from, to), { fromMs, toMs, reverse: true, after })
  }

  fetchAll(fromMs: number, toMs: number, after?: string): Windows<K, A> {
    return this.#fetchKeys(allKeys, { fromMs, toMs, reverse: false, after })
  }

  backwardFetchAll(fromMs: number, toMs: number, after?: string): Windows<K, A> {
    return this.#fetchKeys(allKeys, { fromMs, toMs, reverse: true, after })
  }

  all(after?: string): Windows<K, A> {
    return this.fetchAll(0, Infinity, after)
  }

  backwardAll(after?: string): Windows<K, A> {
    return this.backwardFetchAll(0, Infinity, after)
  }

  keepFrom(startMs: number): void {
    this.#layers.base.keepFrom(startMs)
  }

  /** Updated windows are emitted as from a record cache, also where there is none. */
  setFlushListener(listener: FlushListener<Windowed<K>, unknown>, oldValues: 'send' | 'omit'): boolean {
    this.#updates.subscribe({ listener, oldValues })
    return true
  }

  restore(records: readonly ChangelogRecord[], budget: RestoreBudget = noBudget): number {
    return this.#layers.base.restore(records, budget, ({ value }) =>
      value === null ? null : this.#view.set(asBuffer(value), 0, value.byteLength, 0),
    )
  }

  valuesIn({ value }: ChangelogRecord): readonly Uint8Array[] {
    return value === null ? [] : valuesInSlice(value)
  }

  #advance(sliceMs: number): void {
    this.#clock.startMs = Math.max(this.#clock.startMs, windowStartAt(sliceMs, this.#windows))
  }

  /** The start of the first window that gets a record. */
  #dropExpired(fromMs: number, timestamp: number): number {
    const liveFromMs = this.#liveFromMs()
    let startMs = fromMs
    for (; startMs < liveFromMs && startMs <= timestamp; startMs += this.#windows.advanceMs) this.#context.droppedRecords.add()
    return startMs
  }

  /** The earliest start of a window that is not expired. */
  #liveFromMs(): number {
    const { streamTimeMs, keptFromMs } = this.#layers.base
    const newestMs = Math.max(this.#clock.startMs, windowStartAt(streamTimeMs, this.#windows))
    const unemittedFromMs = this.spec.emit === 'on-window-close' ? keptFromMs : Infinity
    return Math.max(0, Math.min(newestMs - this.#mostAgeMs, unemittedFromMs))
  }

  #fetchKey(key: K, times: TimeRange): IterableIterator<WindowEntry<ValueAndTimestamp<A>>> {
    const windows = this.#reader.ofKey(this.#layers.keys.encode(key), this.#askedTimes(times))
    return positioned(windows, ([, window]) => ({ startMs: window.startMs, value: valueOf(window) }))
  }

  #fetchKeys(keys: KeyRange, times: TimeRange): Windows<K, A> {
    const windows: WindowSlices<K, A> = this.#reader.ofKeys(keys, this.#askedTimes(times))
    const { sizeMs } = this.#windows
    return positioned(windows, ([, window]) => {
      const { key, startMs } = window
      return { key: windowed(key, startMs, startMs + sizeMs), value: valueOf(window) }
    })
  }

  /** The windows of these that are not expired, and that earlier pages have not read completely. */
  #askedTimes({ fromMs, toMs, reverse, after }: TimeRange): TimeRange {
    this.checkOpen()
    const reachedMs = after === undefined ? undefined : startOfWindow(after)
    const first = Math.max(fromMs, this.#liveFromMs(), reverse ? 0 : (reachedMs ?? 0))
    const last = Math.min(toMs, reverse ? (reachedMs ?? Infinity) : Infinity)
    return { fromMs: windowStartFrom(first, this.#windows), toMs: windowStartAt(last, this.#windows), reverse, after }
  }

  #range(fromKey: K | null, toKey: K | null): KeyRange {
    const { keys } = this.#layers
    return {
      fromKey: fromKey === null ? null : textOf(keys.encode(fromKey)),
      toKey: toKey === null ? null : textOf(keys.encode(toKey)),
    }
  }
}

type Windows<K, A> = IterableIterator<WindowedEntry<K, ValueAndTimestamp<A>>>

function valueOf<A>({ value, timestamp }: CombinedWindow<unknown, A>): ValueAndTimestamp<A> {
  return valueAndTimestamp(value, timestamp)
}

interface Layer {
  flush(): void
  clear(): void
  close(): void
}

/** What is above the lowest layer. Windows are emitted before their slices are logged: what a crash leaves of the two is emitted again. */
function upperLayers(updates: Layer, cache: Layer | undefined, clock: { startMs: number }): Layer {
  return {
    flush: () => {
      updates.flush()
      cache?.flush()
    },
    clear: () => {
      updates.clear()
      cache?.clear()
      clock.startMs = -1
    },
    close: () => {
      updates.close()
      cache?.close()
    },
  }
}
