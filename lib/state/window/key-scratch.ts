import { ByteKey } from '../../kernel/byte-key.ts'
import { windowSuffixBytes } from '../../kernel/windowed-table.ts'
import { writeInt64 } from '../key-value/row-codec.ts'

/** Writes keys into one buffer after the other use of it, so that no buffer is made for a key. A key is valid until the next call. */
export class KeyScratch {
  readonly #key = new ByteKey()
  #bytes = Buffer.allocUnsafe(64)

  /** A key that is bytes as latin1. */
  of(key: string): ByteKey {
    this.#write(key, 0)
    return this.#key.set(this.#bytes, 0, key.length)
  }

  /** The key of a window: `key ‖ start int64 ‖ seq int32`. */
  ofWindow(key: string, startMs: number, sequence: number): ByteKey {
    const { length } = key
    this.#write(key, windowSuffixBytes)
    writeInt64(this.#bytes, startMs, length)
    this.#bytes.writeUInt32BE(sequence, length + 8)
    return this.#key.set(this.#bytes, 0, length + windowSuffixBytes)
  }

  /** A key that lies in other bytes. */
  at(bytes: Buffer, at: number, length: number): ByteKey {
    return this.#key.set(bytes, at, length)
  }

  #write(key: string, more: number): void {
    if (key.length + more > this.#bytes.length) this.#bytes = Buffer.allocUnsafe(2 * (key.length + more))
    const bytes = this.#bytes
    if (key.length > looped) return void bytes.write(key, 0, 'latin1')
    for (let index = 0; index < key.length; index++) bytes[index] = key.charCodeAt(index)
  }
}

/** So many characters are written faster by a loop than by a call. */
const looped = 48
