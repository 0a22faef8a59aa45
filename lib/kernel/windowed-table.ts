import { ByteKey } from './byte-key.ts'
import { ByteTable } from './byte-table.ts'
import { VersionedTable } from './versioned-table.ts'

/** The bytes behind the key in the key of a window: its time as int64, and a sequence number as int32, both big-endian. */
const suffixBytes = 12

/**
 * A table of windows. The key of a row is a key, a time and a sequence number. The windows of one key are a chain, from the newest to the
 * oldest, so that they are found without an order of all rows. A row's own word is the next older window of its key. A new window is
 * nearly always the newest one, and goes to the front.
 */
export class WindowedTable extends VersionedTable {
  readonly #heads = new Heads()
  readonly #key = new ByteKey()

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
    const { bytes } = this
    const at = this.#suffixAt(row)
    return bytes.readInt32BE(at) * 2 ** 32 + bytes.readUInt32BE(at + 4)
  }

  protected override rowAdded(row: number): void {
    const key = this.#keyOf(row)
    const head = this.#heads.head(key)
    const newer = this.#lastFrom(head, (other) => this.#isNewer(other, row))
    this.setOwn(row, newer === 0 ? head : this.own(newer))
    if (newer === 0) this.#heads.setHead(key, row)
    else this.setOwn(newer, row)
  }

  protected override rowRemoved(row: number): void {
    const key = this.#keyOf(row)
    const newer = this.#lastFrom(this.#heads.head(key), (other) => other !== row)
    if (newer !== 0) this.setOwn(newer, this.own(row))
    else if (this.own(row) === 0) this.#heads.removeHead(key)
    else this.#heads.setHead(key, this.own(row))
  }

  /** The last row from `head` on for which the condition holds; 0 if it does not hold for the head. */
  #lastFrom(head: number, holds: (row: number) => boolean): number {
    let last = 0
    for (let row = head; row !== 0 && holds(row); row = this.own(row)) last = row
    return last
  }

  #isNewer(left: number, right: number): boolean {
    const { bytes } = this
    const [at, other] = [this.#suffixAt(left), this.#suffixAt(right)]
    return bytes.compare(bytes, other, other + suffixBytes, at, at + suffixBytes) > 0
  }

  #keyOf(row: number): ByteKey {
    return this.#key.set(this.bytes, this.keyAt(row), this.keyLength(row) - suffixBytes)
  }

  #suffixAt(row: number): number {
    return this.keyAt(row) + this.keyLength(row) - suffixBytes
  }
}

/** Rows without values: the own word of each is the newest window of its key. */
class Heads extends ByteTable {
  head(key: ByteKey): number {
    const row = this.find(key)
    return row === 0 ? 0 : this.own(row)
  }

  setHead(key: ByteKey, newest: number): void {
    this.setOwn(this.find(key) || this.addRow(key), newest)
  }

  removeHead(key: ByteKey): void {
    const row = this.find(key)
    this.slots.remove(key.hash, row)
    this.heap.release(row)
  }
}
