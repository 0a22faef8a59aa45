import { fromLatin1, latin1 } from '../../model/bytes.ts'
import type { StoreSerde } from '../store-serde.ts'

/** How many string keys one generation remembers. */
const generationSize = 16_384

/**
 * Turns keys into their bytes, as latin1, and back. An operator gets and puts the same key in turn, and most keys come again: so
 * the codec remembers the bytes of strings. It has two generations of them, so that its memory is bounded. It remembers no other
 * primitives, which are cheap to serialize, and no objects, which may be changed.
 */
export class KeyCodec<K> {
  readonly #serde: StoreSerde<K>
  #recent = new Map<string, string>()
  #older = new Map<string, string>()
  #lastKey: K | undefined
  #lastBytes = ''

  constructor(serde: StoreSerde<K>) {
    this.#serde = serde
  }

  encode(key: K): string {
    if (typeof key !== 'string') return this.#serialize(key)
    if (key === this.#lastKey) return this.#lastBytes
    const bytes = this.#recent.get(key) ?? this.#remember(key)
    this.#lastKey = key
    this.#lastBytes = bytes
    return bytes
  }

  decode(bytes: string): K {
    return this.#serde.deserialize(fromLatin1(bytes))
  }

  #remember(key: K & string): string {
    const bytes = this.#older.get(key) ?? this.#serialize(key)
    if (this.#recent.size >= generationSize) {
      this.#older = this.#recent
      this.#recent = new Map()
    }
    this.#recent.set(key, bytes)
    return bytes
  }

  #serialize(key: K): string {
    if (key === null || key === undefined) throw new TypeError('A key of a store must not be null: check it before the call.')
    return latin1(this.#serde.serialize(key))
  }
}
