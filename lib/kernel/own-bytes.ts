import type { ByteSpan } from '../model/byte-span.ts'
import { ByteKey } from './byte-key.ts'

/** A serde whose values may be written as the bytes that they were read from, if it accepts these. */
export interface ReusedSerde {
  readonly serde: object
  /** @internal */
  accepts(bytes: Buffer, at: number, length: number): boolean
}

/**
 * The bytes that the key, or the value, of the present record was decoded from. A store or sink of the same serde takes them instead of
 * encoding it again. The serde is canonical, and its values are immutable: so what is the same value has the same bytes. The serde is asked
 * whether it accepts them when somebody wants them, and not before.
 */
export class OwnBytes {
  readonly #key = new ByteKey()
  #reused: ReusedSerde | null = null
  #value: unknown
  #bytes: Buffer = this.#key.bytes
  #at = 0
  #length = -1
  #state: 'unasked' | 'refused' | 'accepted' | 'hashed' = 'unasked'

  /** The bytes do not change as long as the record is processed. A length below 0: there are none. @internal */
  set(reused: ReusedSerde, value: unknown, bytes: Buffer, at: number, length: number): void {
    this.#reused = length < 0 ? null : reused
    this.#value = value
    this.#bytes = bytes
    this.#at = at
    this.#length = length
    this.#state = 'unasked'
  }

  /** What was returned before stays as it is: a store may be writing it while a record of its cache is processed. */
  forget(): void {
    if (this.#reused === null) return
    this.#reused = null
    this.#value = undefined
  }

  /** The bytes that the serde would write for the value; null: it has to be asked. */
  bytesOf(value: unknown, serde: object): ByteSpan | null {
    return this.#isOwn(value, serde) ? this.#key : null
  }

  /** As `bytesOf`, with the hash. */
  keyOf(value: unknown, serde: object): ByteKey | null {
    if (!this.#isOwn(value, serde)) return null
    if (this.#state === 'accepted') {
      this.#key.set(this.#bytes, this.#at, this.#length)
      this.#state = 'hashed'
    }
    return this.#key
  }

  /** Not `===`: 0 and -0 have bytes of their own. */
  #isOwn(value: unknown, serde: object): boolean {
    if (this.#reused === null || this.#reused.serde !== serde || !Object.is(value, this.#value)) return false
    if (this.#state === 'unasked') this.#ask(this.#reused)
    return this.#state !== 'refused'
  }

  #ask(reused: ReusedSerde): void {
    const isAccepted = reused.accepts(this.#bytes, this.#at, this.#length)
    this.#state = isAccepted ? 'accepted' : 'refused'
    if (isAccepted) this.#key.setHashed(this.#bytes, this.#at, this.#length, 0)
  }
}
