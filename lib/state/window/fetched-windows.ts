import type { RowCodec } from '../key-value/row-codec.ts'
import type { PositionedIterator } from '../key-value/row-iterators.ts'
import { windowKey } from './window-key.ts'
import type { FoundWindow } from './window-rows.ts'
import type { WindowEntry } from './window-store.ts'

/** The windows of one key, decoded as they are asked for. */
export class FetchedWindows<V> extends Iterator<WindowEntry<V>, undefined> implements PositionedIterator<WindowEntry<V>> {
  readonly #key: string
  readonly #windows: readonly FoundWindow[]
  readonly #codec: RowCodec<V>
  #next = 0
  #end: number

  constructor(key: string, windows: readonly FoundWindow[], codec: RowCodec<V>) {
    super()
    this.#key = key
    this.#windows = windows
    this.#codec = codec
    this.#end = windows.length
  }

  get position(): string | undefined {
    const last = this.#windows[this.#next - 1]
    return last && windowKey(this.#key, last.startMs, last.sequence)
  }

  next(): IteratorResult<WindowEntry<V>, undefined> {
    if (this.#next >= this.#end) return { done: true, value: undefined }
    const window = this.#windows[this.#next++]!
    return { done: false, value: { startMs: window.startMs, value: this.#codec.fromRow(window.row) } }
  }

  override return(): IteratorResult<WindowEntry<V>, undefined> {
    this.#end = 0
    return { done: true, value: undefined }
  }
}
