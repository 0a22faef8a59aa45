import { ByteKey } from '../../kernel/byte-key.ts'
import { Encoded } from '../../kernel/encoded.ts'
import type { OwnBytes } from '../../kernel/own-bytes.ts'
import { asBuffer } from '../../model/bytes.ts'
import type { StoreSerde } from '../store-serde.ts'

/**
 * Turns the keys of a store into bytes, and back. An operator gets and puts the same key in turn: so the bytes of the last string are
 * kept. They are one `ByteKey`, which is pointed at the next key by the next call. The key of the present record is not encoded at all, if
 * its bytes are known.
 */
export class StoreKeys<K> {
  readonly #serde: StoreSerde<K>
  readonly #own: OwnBytes | undefined
  readonly #key = new ByteKey()
  #last: K | undefined

  constructor(serde: StoreSerde<K>, own?: OwnBytes) {
    this.#serde = serde
    this.#own = own
  }

  encode(key: K): ByteKey {
    if (key instanceof Encoded && this.#serde.writes(key)) return key
    const own = this.#own === undefined ? null : this.#serde.ownKey(this.#own, key)
    if (own !== null) return own
    if (key === this.#last && typeof key === 'string') return this.#key
    if (key === null || key === undefined) throw new TypeError('A key of a store must not be null: check it before the call.')
    this.#last = undefined
    this.#serde.serializeTo(this.#key, key, 0)
    this.#last = key
    return this.#key
  }

  /** A key that is bytes already, such as that of a changelog record. */
  fromBytes(bytes: Uint8Array): ByteKey {
    this.#last = undefined
    return this.#key.set(asBuffer(bytes), 0, bytes.byteLength)
  }

  /** The key in these bytes. They are copied, or not kept. */
  decode(bytes: Buffer, at: number, length: number): K {
    return this.#serde.deserializeAt(bytes, at, length)
  }
}
