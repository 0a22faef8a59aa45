import type { ByteKey } from '../../kernel/byte-key.ts'
import { latin1Slice } from '../../model/bytes.ts'
import { RowView } from '../key-value/row-view.ts'
import { sequenceOfWindow, startOfWindow, windowKey } from './window-key.ts'

const leastBytes = 256

/** The room for values that is kept from one look-up to the next. */
const mostKeptBytes = 1 << 16

/**
 * The windows of one key that a look-up has found, the newest first. The key and the values are copies, one behind the other in one buffer:
 * the store may be written while they are read, and no object is made for a window. A store fills the same object with one look-up after the other.
 */
export class FoundWindows {
  readonly #starts: number[] = []
  readonly #sequences: number[] = []
  readonly #timestamps: number[] = []
  /** Where each value ends in the buffer. It begins where the one before it ends. */
  readonly #ends: number[] = []
  readonly #view = new RowView()
  #bytes = Buffer.allocUnsafe(leastBytes)
  #keyLength = 0
  #count = 0

  get count(): number {
    return this.#count
  }

  /** Forgets what was found before. */
  begin({ bytes, at, length }: ByteKey): this {
    if (length > this.#bytes.length) this.#grow(length, 0)
    else if (this.#bytes.length > mostKeptBytes) this.#bytes = Buffer.allocUnsafe(Math.max(leastBytes, length))
    bytes.copy(this.#bytes, 0, at, at + length)
    this.#keyLength = length
    this.#count = 0
    return this
  }

  /** The window key, as latin1. */
  windowKey(index: number): string {
    return windowKey(latin1Slice(this.#bytes, 0, this.#keyLength), this.startMs(index), this.sequence(index))
  }

  startMs(index: number): number {
    return this.#starts[index]!
  }

  sequence(index: number): number {
    return this.#sequences[index]!
  }

  /** The view is valid until the next call. */
  row(index: number): RowView {
    const at = this.#beginOf(index)
    return this.#view.set(this.#bytes, at, this.#ends[index]! - at, this.#timestamps[index]!)
  }

  /** Adds the next older window. */
  addRow(startMs: number, sequence: number, { bytes, at, length, timestamp }: RowView): void {
    this.add(startMs, sequence, bytes, at, length, timestamp)
  }

  add(startMs: number, sequence: number, bytes: Buffer, at: number, length: number, timestamp: number): void {
    const index = this.#count
    const begin = this.#beginOf(index)
    const end = begin + length
    if (end > this.#bytes.length) this.#grow(end, begin)
    bytes.copy(this.#bytes, begin, at, at + length)
    this.#starts[index] = startMs
    this.#sequences[index] = sequence
    this.#timestamps[index] = timestamp
    this.#ends[index] = end
    this.#count++
  }

  /** How many windows are newer than the window with this key. */
  newerThan(windowKey: string): number {
    return this.#countIf(windowKey, (order) => order > 0)
  }

  /** How many windows are newer than the window with this key, or are that window. */
  downTo(windowKey: string): number {
    return this.#countIf(windowKey, (order) => order >= 0)
  }

  #countIf(windowKey: string, isIn: (order: number) => boolean): number {
    const [startMs, sequence] = [startOfWindow(windowKey), sequenceOfWindow(windowKey)]
    let count = 0
    while (count < this.#count && isIn(this.startMs(count) - startMs || this.sequence(count) - sequence)) count++
    return count
  }

  #beginOf(index: number): number {
    return index === 0 ? this.#keyLength : this.#ends[index - 1]!
  }

  #grow(bytes: number, used: number): void {
    const larger = Buffer.allocUnsafe(2 * bytes)
    this.#bytes.copy(larger, 0, 0, used)
    this.#bytes = larger
  }
}
