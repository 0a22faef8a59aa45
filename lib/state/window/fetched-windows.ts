import type { ByteKey } from '../../kernel/byte-key.ts'
import type { PositionedIterator } from '../key-value/row-iterators.ts'
import type { ViewCodec } from '../key-value/view-codec.ts'
import { FoundWindows } from './found-windows.ts'
import type { TimeRange, WindowRows } from './window-rows.ts'
import type { WindowEntry } from './window-store.ts'

/**
 * The look-ups of one key in a window store. They use one `FoundWindows` in turn. A look-up that begins while another one is read, such as
 * that of a joiner's own, gets a new one.
 */
export class WindowLookUps<V> {
  readonly #rows: WindowRows
  readonly #codec: ViewCodec<V>
  #spare: FoundWindows | undefined

  constructor(rows: WindowRows, codec: ViewCodec<V>) {
    this.#rows = rows
    this.#codec = codec
  }

  /** The windows as of the call, whatever is written while they are read. */
  fetch(key: ByteKey, times: TimeRange): PositionedIterator<WindowEntry<V>> {
    const found = (this.#spare ?? new FoundWindows()).begin(key)
    this.#spare = undefined
    this.#rows.fetch(key, times, found)
    return new FetchedWindows(found, times, this)
  }

  entry(found: FoundWindows, index: number): WindowEntry<V> {
    return { startMs: found.startMs(index), value: this.#codec.fromRow(found.row(index)) }
  }

  /** Nobody reads these any more. */
  giveBack(found: FoundWindows): void {
    this.#spare = found
  }
}

/** The windows that a look-up has found, decoded as they are asked for. */
class FetchedWindows<V> extends Iterator<WindowEntry<V>, undefined> implements PositionedIterator<WindowEntry<V>> {
  readonly #lookUps: WindowLookUps<V>
  readonly #step: 1 | -1
  #found: FoundWindows | undefined
  #next: number
  #left: number

  constructor(found: FoundWindows, { reverse, after }: TimeRange, lookUps: WindowLookUps<V>) {
    super()
    this.#lookUps = lookUps
    this.#found = found
    this.#step = reverse ? 1 : -1
    if (reverse) this.#next = after === undefined ? 0 : found.downTo(after)
    else this.#next = (after === undefined ? found.count : found.newerThan(after)) - 1
    this.#left = reverse ? found.count - this.#next : this.#next + 1
  }

  get position(): string | undefined {
    return this.#found?.windowKey(this.#next - this.#step)
  }

  next(): IteratorResult<WindowEntry<V>, undefined> {
    if (this.#found === undefined || this.#left === 0) return this.return()
    this.#left--
    const index = this.#next
    this.#next += this.#step
    return { done: false, value: this.#lookUps.entry(this.#found, index) }
  }

  override return(): IteratorResult<WindowEntry<V>, undefined> {
    if (this.#found !== undefined) this.#lookUps.giveBack(this.#found)
    this.#found = undefined
    return { done: true, value: undefined }
  }
}
