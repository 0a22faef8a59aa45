import type { ByteKey } from '../kernel/byte-key.ts'
import { Encoded } from '../kernel/encoded.ts'
import type { OwnBytes } from '../kernel/own-bytes.ts'
import { sentenceOf } from '../model/sentence.ts'
import type { StreamsErrorCode } from '../model/streams-error-code.ts'
import { SerializationError } from '../model/errors.ts'
import { noHeaders } from '../model/headers.ts'
import { asBuffer, copyOf } from '../model/bytes.ts'
import type { Serde, SerdeContext } from '../model/serde.ts'
import { inPlace, inPlaceBytes, type InPlace } from './in-place.ts'
import type { RowView } from './key-value/row-view.ts'

/** The serde of a store's keys or values. It knows the topic, and its errors name the store. */
export class StoreSerde<T> {
  readonly #serde: Serde<T>
  readonly #context: SerdeContext
  readonly #store: string
  readonly #inPlace: InPlace<T> | undefined
  readonly #scratch = Buffer.alloc(inPlaceBytes)

  constructor(serde: Serde<T>, topic: string, component: 'key' | 'value', store: string) {
    this.#serde = serde
    this.#context = { topic, component, headers: noHeaders }
    this.#store = store
    this.#inPlace = inPlace(serde)
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

  /** Points a row, or a key, at the bytes of a value. They are valid until the next call. */
  serializeTo(
    target: { set(bytes: Buffer, at: number, length: number, timestamp: number): unknown },
    value: T,
    timestamp: number,
  ): void {
    const written = this.#inPlace === undefined ? -1 : this.#inPlace.write(value, this.#scratch)
    if (written >= 0) return void target.set(this.#scratch, 0, written, timestamp)
    const bytes = asBuffer(this.serialize(value))
    target.set(bytes, 0, bytes.length, timestamp)
  }

  /** Reads a value from bytes that lie in a larger buffer, which will change: a serde gets a copy, or reads in place. */
  deserializeAt(bytes: Buffer, at: number, length: number): T {
    return this.#inPlace?.read(bytes, at, length) ?? this.deserialize(copyOf(bytes, at, length))
  }

  deserializeRow({ bytes, at, length }: RowView): T {
    return this.deserializeAt(bytes, at, length)
  }

  /** Whether the bytes of a value that nobody has decoded are those that the store would write. */
  writes(value: Encoded): boolean {
    return value.isWrittenBy(this.#serde)
  }

  /** The bytes of a key, if it is that of the present record and came in those that the store would write. */
  ownKey(own: OwnBytes, key: T): ByteKey | null {
    return own.keyOf(key, this.#serde)
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
