import { SerializationError } from '../model/errors.ts'
import { sentenceOf } from '../model/sentence.ts'
import type { Serde, SerdeContext } from '../model/serde.ts'
import { ByteKey } from './byte-key.ts'

type ReadingSerde = Pick<Serde<unknown>, 'name' | 'deserialize' | 'canonical'>

/**
 * A key or value of a record in the bytes that came, which its serde has accepted (`Serde.accepts`). It stands for the decoded value
 * where nobody reads that. As a {@link ByteKey} it is pointed at one record after the other: whoever keeps it copies it.
 */
export class Encoded extends ByteKey {
  readonly #serde: ReadingSerde
  readonly #context: SerdeContext

  constructor(serde: ReadingSerde, context: SerdeContext) {
    super()
    this.#serde = serde
    this.#context = context
  }

  /** The bytes, as a view that is valid as long as this record is processed. */
  view(): Uint8Array {
    return this.bytes.subarray(this.at, this.at + this.length)
  }

  /** Whether the serde would write the same bytes for the value. */
  isWrittenBy(serde: object): boolean {
    return serde === this.#serde && this.#serde.canonical === true
  }

  /** A fresh value, from a copy of the bytes. Throws a `SerializationError` (`STREAMS_SERDE_CONTRACT`): the bytes were accepted. */
  decode(): unknown {
    try {
      return this.#serde.deserialize(Uint8Array.from(this.view()), this.#context)
    } catch (cause) {
      throw brokenContract(this.#serde.name, this.#context, cause)
    }
  }
}

/** The value itself, or that of bytes which are not decoded yet: for whoever reads it after all, such as an error handler. */
export function decoded(value: unknown): unknown {
  return value instanceof Encoded ? value.decode() : value
}

function brokenContract(serde: string, { topic, component }: SerdeContext, cause: unknown): SerializationError {
  const message = `The serde ${serde} accepted the ${component} of a record of ${topic}, and cannot read it: ${sentenceOf(cause)} Let its accepts return true only for bytes that deserialize reads.`
  return new SerializationError('STREAMS_SERDE_CONTRACT', message, { facts: { topic, component, serde }, cause })
}
