import { StreamsError } from '../../model/errors.ts'

/** About how many bytes of memory a key needs besides its own: its slot in a map and its place in the order. */
const keyOverheadBytes = 100

/** Counts the bytes that a level storage holds in memory, and knows their limit. */
export class HeldBytes {
  readonly #max: number
  #bytes = 0

  constructor(max: number) {
    this.#max = max
  }

  addKey(key: string): void {
    this.#bytes += key.length + keyOverheadBytes
  }

  removeKey(key: string): void {
    this.#bytes -= key.length + keyOverheadBytes
  }

  addValue(value: Uint8Array | null | undefined): void {
    this.#bytes += value?.byteLength ?? 0
  }

  removeValue(value: Uint8Array | null | undefined): void {
    this.#bytes -= value?.byteLength ?? 0
  }

  /** Throws a `StreamsError` (`STREAMS_STORAGE_FULL`) once the limit is passed. */
  check(): void {
    if (this.#bytes <= this.#max) return
    const message =
      `The storage holds ${this.#bytes} bytes in memory, its maxHeldBytes is ${this.#max}: give it more, spread the ` +
      'partitions over more processes, or keep state on LMDB, which holds nothing in memory.'
    throw new StreamsError('STREAMS_STORAGE_FULL', message, { facts: { heldBytes: this.#bytes, maxHeldBytes: this.#max } })
  }
}
