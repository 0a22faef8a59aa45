import { Encoded } from '../kernel/encoded.ts'
import { sentenceOf } from '../model/sentence.ts'
import type { StreamsErrorCode } from '../model/streams-error-code.ts'
import { SerializationError } from '../model/errors.ts'
import { noHeaders } from '../model/headers.ts'
import type { Serde, SerdeContext } from '../model/serde.ts'
import { Serdes } from '../serde/serdes.ts'
import type { RowView } from './key-value/row-view.ts'

/** Serdes whose values have nothing of the bytes that they were read from. Others get a copy, which they may keep. */
const inPlace: ReadonlySet<unknown> = new Set<unknown>([Serdes.string, Serdes.long, Serdes.int, Serdes.double, Serdes.bigLong])

/** The serde of a store's keys or values. It knows the topic, and its errors name the store. */
export class StoreSerde<T> {
  readonly #serde: Serde<T>
  readonly #context: SerdeContext
  readonly #store: string
  readonly #readsInPlace: boolean

  constructor(serde: Serde<T>, topic: string, component: 'key' | 'value', store: string) {
    this.#serde = serde
    this.#context = { topic, component, headers: noHeaders }
    this.#store = store
    this.#readsInPlace = inPlace.has(serde)
  }

  /** The bytes of a value, as a copy where nobody has decoded it. */
  serialize(value: T): Uint8Array {
    if (value instanceof Encoded) return this.#encoded(value)
    try {
      return this.#serde.serialize(value, this.#context)
    } catch (error) {
      throw this.#failed('STREAMS_SERIALIZATION', 'write', error)
    }
  }

  deserialize(bytes: Uint8Array): T {
    try {
      return this.#serde.deserialize(bytes, this.#context)
    } catch (error) {
      throw this.#failed('STREAMS_DESERIALIZATION', 'read', error)
    }
  }

  /** Reads a value from bytes that lie in a larger buffer, which will change: a serde gets a copy, or reads in place. */
  deserializeAt(bytes: Buffer, at: number, length: number): T {
    const slice = bytes.subarray(at, at + length)
    return this.deserialize(this.#readsInPlace ? slice : Buffer.from(slice))
  }

  deserializeRow({ bytes, at, length }: RowView): T {
    return this.deserializeAt(bytes, at, length)
  }

  /**
   * The value itself if its serde gives immutable values: the store may then return it again instead of decoding its bytes. Else
   * undefined.
   */
  kept(value: T): T | undefined {
    return this.#serde.immutable === true && !(value instanceof Encoded) ? value : undefined
  }

  /** Whether the bytes of a value that nobody has decoded are those that the store would write. */
  writes(value: Encoded): boolean {
    return value.isWrittenBy(this.#serde)
  }

  #encoded(value: Encoded): Uint8Array {
    return this.writes(value) ? Buffer.from(value.view()) : this.serialize(value.decode() as T)
  }

  #failed(code: StreamsErrorCode, verb: string, cause: unknown): SerializationError {
    const { topic, component } = this.#context
    const message = `The store ${this.#store} cannot ${verb} a ${component}: ${sentenceOf(cause)} Check the serdes of the store.`
    return new SerializationError(code, message, {
      facts: { store: this.#store, topic, component, serde: this.#serde.name },
      cause,
    })
  }
}
