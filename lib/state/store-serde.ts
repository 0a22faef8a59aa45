import { sentenceOf } from '../model/sentence.ts'
import type { StreamsErrorCode } from '../model/streams-error-code.ts'
import { SerializationError } from '../model/errors.ts'
import { noHeaders } from '../model/headers.ts'
import type { Serde, SerdeContext } from '../model/serde.ts'

/** The serde of a store's keys or values. It knows the topic, and its errors name the store. */
export class StoreSerde<T> {
  readonly #serde: Serde<T>
  readonly #context: SerdeContext
  readonly #store: string

  constructor(serde: Serde<T>, topic: string, component: 'key' | 'value', store: string) {
    this.#serde = serde
    this.#context = { topic, component, headers: noHeaders }
    this.#store = store
  }

  serialize(value: T): Uint8Array {
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

  /**
   * The value itself if its serde gives immutable values: the store may then return it again instead of decoding its bytes. Else
   * undefined.
   */
  kept(value: T): T | undefined {
    return this.#serde.immutable === true ? value : undefined
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
