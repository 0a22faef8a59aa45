import { noHeaders } from '../../model/headers.ts'
import type { Serde, SerdeContext } from '../../model/serde.ts'

/**
 * A serde at one of the topics that exist by name only. What a foreign-key join serializes inside its own formats is told apart, for
 * serdes that go by topic, as `<registration topic>-pk`, `-fk` and `-vh` (Java: "pseudo topics").
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
