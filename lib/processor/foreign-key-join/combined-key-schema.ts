import type { Serde } from '../../model/serde.ts'
import { asBuffer } from '../../model/bytes.ts'
import type { InternalProcessorContext } from '../internal-processor-context.ts'
import { PseudoTopicSerde } from './pseudo-topic-serde.ts'

const nothing = new Uint8Array(0)

/** The key serdes of a foreign-key join. An absent serde is the application's default. */
export interface ForeignKeyJoinSerdes<K, KForeign> {
  /** The name of the registration topic, without the application id. */
  readonly registrationTopic: string
  readonly primaryKey: Serde<K> | undefined
  readonly foreignKey: Serde<KForeign> | undefined
}

/**
 * Keys of the subscription store: `foreign key size int32 ‖ foreign key ‖ primary key`, so that all subscriptions of one foreign
 * key are neighbours (Java: `CombinedKeySchema`).
 */
export class CombinedKeySchema<K, KForeign> {
  readonly #primaryKey: PseudoTopicSerde<K>
  readonly #foreignKey: PseudoTopicSerde<KForeign>

  constructor(serdes: ForeignKeyJoinSerdes<K, KForeign>, context: InternalProcessorContext<never, never>) {
    const topic = context.internalTopic(serdes.registrationTopic)
    this.#primaryKey = new PseudoTopicSerde(context.keySerde(serdes.primaryKey), `${topic}-pk`, 'key')
    this.#foreignKey = new PseudoTopicSerde(context.keySerde(serdes.foreignKey), `${topic}-fk`, 'key')
  }

  toBytes(foreignKey: KForeign, primaryKey: K): Uint8Array {
    return this.#withPrefix(foreignKey, this.#primaryKey.serialize(primaryKey))
  }

  /** Returns the common prefix of the keys of all subscriptions to this foreign key. */
  prefix(foreignKey: KForeign): Uint8Array {
    return this.#withPrefix(foreignKey, nothing)
  }

  primaryKeyOf(combined: Uint8Array): K {
    const foreignSize = asBuffer(combined).readInt32BE(0)
    return this.#primaryKey.deserialize(combined.subarray(4 + foreignSize))
  }

  async prepare(): Promise<void> {
    await this.#primaryKey.prepareWrite()
    await this.#foreignKey.prepareWrite()
  }

  /** One buffer is made, not one for each part: this runs for every subscription. */
  #withPrefix(foreignKey: KForeign, primaryKey: Uint8Array): Uint8Array {
    const foreign = this.#foreignKey.serialize(foreignKey)
    const bytes = Buffer.allocUnsafe(4 + foreign.byteLength + primaryKey.byteLength)
    bytes.writeInt32BE(foreign.byteLength, 0)
    bytes.set(foreign, 4)
    bytes.set(primaryKey, 4 + foreign.byteLength)
    return bytes
  }
}
