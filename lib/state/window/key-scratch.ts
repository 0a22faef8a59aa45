import { ByteKey } from '../../kernel/byte-key.ts'
import { sessionSuffixBytes, windowSuffixBytes } from '../../kernel/windowed-table.ts'
import { writeInt64 } from '../key-value/int64.ts'

/** Writes every key into the same buffer, so that none is made for a key. A key is valid until the next call. */
export class KeyScratch {
  readonly #key = new ByteKey()
  #bytes = Buffer.allocUnsafe(64)

  /** The key of a window: `key ‖ start int64 ‖ seq int32`. */
  ofWindow({ bytes, at, length }: ByteKey, startMs: number, sequence: number): ByteKey {
    const written = this.#room(length + windowSuffixBytes)
    copy(bytes, at, written, 0, length)
    writeInt64(written, startMs, length)
    writeInt32(written, sequence, length + 8)
    return this.#key.set(written, 0, length + windowSuffixBytes)
  }

  /** The key of a window in a table that is ordered by time: `start int64 ‖ key ‖ seq int32`. */
  ofTime({ bytes, at, length }: ByteKey, startMs: number, sequence: number): ByteKey {
    const written = this.#room(length + windowSuffixBytes)
    writeInt64(written, startMs, 0)
    copy(bytes, at, written, 8, length)
    writeInt32(written, sequence, length + 8)
    return this.#key.set(written, 0, length + windowSuffixBytes)
  }

  /** The key of a session: `key ‖ end int64 ‖ start int64`. */
  ofSession({ bytes, at, length }: ByteKey, startMs: number, endMs: number): ByteKey {
    const written = this.#room(length + sessionSuffixBytes)
    copy(bytes, at, written, 0, length)
    writeInt64(written, endMs, length)
    writeInt64(written, startMs, length + 8)
    return this.#key.set(written, 0, length + sessionSuffixBytes)
  }

  /** The key of a session in a table that is ordered by time: `end int64 ‖ start int64 ‖ key`. */
  ofSessionTime({ bytes, at, length }: ByteKey): ByteKey {
    const written = this.#room(length)
    const keyLength = length - sessionSuffixBytes
    copy(bytes, at + keyLength, written, 0, sessionSuffixBytes)
    copy(bytes, at, written, sessionSuffixBytes, keyLength)
    return this.#key.set(written, 0, length)
  }

  /** A key that lies in other bytes. */
  at(bytes: Buffer, at: number, length: number): ByteKey {
    return this.#key.set(bytes, at, length)
  }

  #room(bytes: number): Buffer {
    if (bytes > this.#bytes.length) this.#bytes = Buffer.allocUnsafe(2 * bytes)
    return this.#bytes
  }
}

/** So many bytes are copied faster by a loop than by a call. */
const looped = 32

function copy(from: Buffer, at: number, to: Buffer, target: number, length: number): void {
  if (length > looped) return void from.copy(to, target, at, at + length)
  for (let index = 0; index < length; index++) to[target + index] = from[at + index]!
}

function writeInt32(bytes: Buffer, value: number, at: number): void {
  bytes[at] = value >>> 24
  bytes[at + 1] = value >>> 16
  bytes[at + 2] = value >>> 8
  bytes[at + 3] = value
}
