import { Encoded } from '../../kernel/encoded.ts'
import { sentenceOf } from '../../model/sentence.ts'
import type { StreamsErrorCode } from '../../model/streams-error-code.ts'
import { SerializationError, StreamsError } from '../../model/errors.ts'
import type { ByteSpan } from '../../model/byte-span.ts'
import { asBuffer } from '../../model/bytes.ts'
import type { Headers } from '../../model/headers.ts'
import { noHeaders } from '../../model/headers.ts'
import { lambdaResult } from '../../processor/lambda-result.ts'
import type { Serde, SerdeContext } from '../../model/serde.ts'
import { inPlace, inPlaceBytes, type InPlace } from '../../state/in-place.ts'

const nothing = Buffer.alloc(0)

/** The serde of the key or of the value of one topic. It writes null as null, without asking the user's serde. */
export class BoundSerde {
  readonly serde: Serde<unknown>
  readonly context: SerdeContext
  readonly #inPlace: InPlace<unknown> | undefined
  /** Where a value is written for whoever copies it at once. One for all calls, so that nothing is made for a record. */
  readonly #written = { bytes: nothing, at: 0, length: 0 }

  constructor(serde: Serde<unknown>, topic: string, component: 'key' | 'value') {
    this.serde = serde
    this.context = Object.freeze({ topic, component, headers: noHeaders })
    this.#inPlace = inPlace(serde)
    if (this.#inPlace !== undefined) this.#written.bytes = Buffer.alloc(inPlaceBytes)
  }

  /** As `write`, without bytes of its own where that is not needed: they are valid until the next call, and whoever keeps them copies them. */
  bytesOf(value: unknown, headers: Headers): Uint8Array | ByteSpan | null {
    if (value instanceof Encoded && value.isWrittenBy(this.serde)) return value
    return this.#inPlace !== undefined && this.#isWritten(this.#inPlace, value) ? this.#written : this.write(value, headers)
  }

  #isWritten(inPlace: InPlace<unknown>, value: unknown): boolean {
    this.#written.length = inPlace.write(value, this.#written.bytes)
    return this.#written.length >= 0
  }

  /** Throws a `SerializationError`. */
  write(value: unknown, headers: Headers): Uint8Array | null {
    if (value === null) return null
    if (value instanceof Encoded) return value.isWrittenBy(this.serde) ? value.view() : this.write(value.decode(), headers)
    try {
      return lambdaResult(this.serde.serialize(value, this.#contextWith(headers)), 'serialize', this.serde.name)
    } catch (cause) {
      throw this.#failed('written', 'STREAMS_SERIALIZATION', cause)
    }
  }

  /** As `read`, of bytes that lie in a larger buffer. A length below 0 is null. No slice is made where the serde can do without. */
  readAt(bytes: Uint8Array, at: number, length: number, headers: Headers): unknown {
    const value = length < 0 ? undefined : this.#inPlace?.read(asBuffer(bytes), at, length)
    return value ?? this.read(length < 0 ? null : bytes.subarray(at, at + length), headers)
  }

  /** Throws a `SerializationError`. Null throws one of code `STREAMS_NULL_VALUE`, unless the serde is nullable. */
  read(bytes: Uint8Array | null, headers: Headers): unknown {
    if (bytes === null) return this.serde.nullable === true ? null : this.#failOnNull()
    try {
      return lambdaResult(this.serde.deserialize(bytes, this.#contextWith(headers)), 'deserialize', this.serde.name)
    } catch (cause) {
      throw this.#failed('read', 'STREAMS_DESERIALIZATION', cause)
    }
  }

  #contextWith(headers: Headers): SerdeContext {
    return headers === noHeaders || headers.length === 0 ? this.context : { ...this.context, headers }
  }

  #failed(what: string, code: StreamsErrorCode, cause: unknown): SerializationError {
    const { topic, component } = this.context
    const message = `The ${component} of a record of ${topic} could not be ${what} by the serde ${this.serde.name}: ${sentenceOf(cause)}`
    const own = cause instanceof StreamsError ? cause : undefined
    const facts = { ...own?.facts, topic, component, serde: this.serde.name }
    return new SerializationError(own?.code ?? code, message, { facts, cause })
  }

  #failOnNull(): never {
    const { topic, component } = this.context
    const message = `The ${component} of a record of ${topic} is null, and the serde ${this.serde.name} is not nullable: use nullable(serde), or a deserializationHandler.`
    throw new SerializationError('STREAMS_NULL_VALUE', message, { facts: { topic, component, serde: this.serde.name } })
  }
}
