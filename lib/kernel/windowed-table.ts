import { ByteKey } from './byte-key.ts'
import { ByteTable } from './byte-table.ts'
import { VersionedTable } from './versioned-table.ts'

/** What follows the key in the key of a row: a time as int64 and a sequence number as int32, both big-endian. */
export const windowSuffixBytes = 12

/** As `windowSuffixBytes`, but two times: the end of a session and its start. */
export const sessionSuffixBytes = 16

/**
 * A table of windows or sessions. The key of a row is a key and a suffix, which begins with a time. The rows of one key are a chain, from
 * the newest to the oldest, so that they are found without an order of all rows. A row's own word is the next older row of its key. A new
 * row is nearly always the newest one, and goes to the front.
 */
export class WindowedTable extends VersionedTable {
  readonly #suffixBytes: number
  readonly #heads = new Heads()
  readonly #key = new ByteKey()

  constructor(suffixBytes = windowSuffixBytes) {
    super()
    this.#suffixBytes = suffixBytes
  }

  override get heldBytes(): number {
    return super.heldBytes + this.#heads.heldBytes
  }

  /** The newest window of a key; 0: none. Deletions that a pin hides are among the windows. */
  newest(key: ByteKey): number {
    return this.#heads.head(key)
  }

  /** The next older window of the same key; 0: none. */
  older(row: number): number {
    return this.own(row)
  }

  /** The time in the key of a row. */
  time(row: number): number {
    const at = this.#suffixAt(row)
    return wordAt(this.bytes, at) * 2 ** 32 + (wordAt(this.bytes, at + 4) >>> 0)
  }

  /** The sequence number in the key of a window. */
  sequence(row: number): number {
    return wordAt(this.bytes, this.#suffixAt(row) + 8) >>> 0
  }

  protected override rowAdded(row: number): void {
    const owner = this.#heads.rowFor(this.#keyOf(row))
    const head = this.#heads.own(owner)
    let newer = 0
    for (let other = head; other !== 0 && this.#suffixOrder(other, row) > 0; other = this.own(other)) newer = other
    this.setOwn(row, newer === 0 ? head : this.own(newer))
    if (newer === 0) this.#heads.setOwn(owner, row)
    else this.setOwn(newer, row)
  }

  protected override rowRemoved(row: number): void {
    const key = this.#keyOf(row)
    const owner = this.#heads.rowFor(key)
    let newer = 0
    for (let other = this.#heads.own(owner); other !== row; other = this.own(other)) newer = other
    if (newer !== 0) this.setOwn(newer, this.own(row))
    else if (this.own(row) === 0) this.#heads.remove(key, owner)
    else this.#heads.setOwn(owner, this.own(row))
  }

  /** By words: a call of `Buffer.compare` costs more than the twelve bytes. */
  #suffixOrder(left: number, right: number): number {
    const { bytes } = this
    const [at, other] = [this.#suffixAt(left), this.#suffixAt(right)]
    for (let index = 0; index < this.#suffixBytes; index += 4) {
      const order = (wordAt(bytes, at + index) >>> 0) - (wordAt(bytes, other + index) >>> 0)
      if (order !== 0) return order
    }
    return 0
  }

  #keyOf(row: number): ByteKey {
    return this.#key.set(this.bytes, this.keyAt(row), this.keyLength(row) - this.#suffixBytes)
  }

  #suffixAt(row: number): number {
    return this.keyAt(row) + this.keyLength(row) - this.#suffixBytes
  }
}

/** Four bytes as a big-endian int32. */
function wordAt(bytes: Buffer, at: number): number {
  return (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!
}

/** Rows without values: the own word of each is the newest window of its key. */
class Heads extends ByteTable {
  /** The newest window of a key; 0: none. */
  head(key: ByteKey): number {
    const row = this.find(key)
    return row === 0 ? 0 : this.own(row)
  }

  rowFor(key: ByteKey): number {
    return this.find(key) || this.addRow(key)
  }

  remove(key: ByteKey, row: number): void {
    this.slots.remove(key.hash, row)
    this.heap.release(row)
  }
}
