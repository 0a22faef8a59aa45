import { noHeaders } from '../../model/headers.ts'
import type { Serde, SerdeContext } from '../../model/serde.ts'

/**
 * A serde with one of the topic names `<registration topic>-pk`, `-fk` and `-vh` (Java: "pseudo topics"). No such topics exist. A
 * foreign-key join serializes keys and values inside its own formats under these names, for serdes that tell topics apart.
 */
export class PseudoTopicSerde<T> {
  readonly #serde: Serde<T>
  readonly #context: SerdeContext

  constructor(serde: Serde<T>, topic: string, component: 'key' | 'value') {
    this.#serde = serde
    this.#context = { topic, component, headers: noHeaders }
  }

  serialize(value: T): Uint8Array {
    return this.#serde.serialize(value, this.#context)
  }

  deserialize(bytes: Uint8Array): T {
    return this.#serde.deserialize(bytes, this.#context)
  }

  async prepareRead(bytes: readonly Uint8Array[]): Promise<void> {
    await this.#serde.prepareRead?.(bytes, this.#context)
  }

  async prepareWrite(): Promise<void> {
    await this.#serde.prepareWrite?.(this.#context)
  }
}
