import { equalBytes } from '../../model/bytes.ts'
import type { Change } from '../../model/change.ts'
import type { Serde } from '../../model/serde.ts'
import { streamRecord, type StreamRecord } from '../../model/stream-record.ts'
import { internal, type InternalProcessorContext } from '../internal-processor-context.ts'
import type { LateUpdates } from '../table-join/ktable-ktable-join.ts'
import { lambdaResult } from '../lambda-result.ts'
import type { Operator } from '../operator.ts'
import type { ProcessorContext } from '../processor.ts'
import { noForeignKey, supersededVersion } from '../skip-reasons.ts'
import type { ForeignKeyJoinSerdes } from './combined-key-schema.ts'
import { murmur3Hash128 } from './murmur3.ts'
import { PseudoTopicSerde } from './pseudo-topic-serde.ts'
import { SubscriptionInstruction, type SubscriptionWrapper } from './subscription-wrapper.ts'

export interface SubscriptionSendOptions<K, V, KForeign> {
  readonly kind: 'inner' | 'left'
  readonly serdes: ForeignKeyJoinSerdes<K, KForeign>
  /** The serde of the left table's values, for the hash. Absent: the application's default. */
  readonly value: Serde<V> | undefined
  readonly foreignKeyExtractor: (value: V, key: K) => KForeign | null
  readonly lateUpdates: LateUpdates
}

/**
 * Turns each change of the left table into subscriptions, keyed by foreign key (Java: `SubscriptionSendProcessorSupplier`, as of
 * 4.1). The left table must send old values, because the subscription to the old foreign key has to end.
 */
export class SubscriptionSend<K, V, KForeign> implements Operator<K, Change<V>, KForeign | null, SubscriptionWrapper<K>> {
  readonly #options: SubscriptionSendOptions<K, V, KForeign>
  #context!: InternalProcessorContext<KForeign | null, SubscriptionWrapper<K>>
  #foreignKey!: PseudoTopicSerde<KForeign>
  #value!: PseudoTopicSerde<V>

  constructor(options: SubscriptionSendOptions<K, V, KForeign>) {
    this.#options = options
  }

  init(context: ProcessorContext<KForeign | null, SubscriptionWrapper<K>>): void {
    this.#context = internal(context)
    const { serdes, value } = this.#options
    const topic = this.#context.internalTopic(serdes.registrationTopic)
    this.#foreignKey = new PseudoTopicSerde(this.#context.keySerde(serdes.foreignKey), `${topic}-fk`, 'key')
    this.#value = new PseudoTopicSerde(this.#context.valueSerde(value), `${topic}-vh`, 'value')
  }

  async prepare(): Promise<void> {
    await this.#foreignKey.prepareWrite()
    await this.#value.prepareWrite()
  }

  process(record: StreamRecord<K, Change<V>>): void {
    const { newValue, oldValue, isLatest } = record.value
    if (!isLatest && this.#options.lateUpdates === 'dropped') return this.#context.drop(supersededVersion)
    const oldKey = this.#extract(oldValue, record.key)
    const newKey = this.#extract(newValue, record.key)
    if (this.#options.kind === 'left') this.#sendLeft(record, oldKey, newKey)
    else this.#sendInner(record, oldKey, newKey)
  }

  /**
   * Sends a subscription that always gets a response, even for a deleted row or a null foreign key, because each row of a left
   * join has a result.
   */
  #sendLeft(record: StreamRecord<K, Change<V>>, oldKey: KForeign | null, newKey: KForeign | null): void {
    const { newValue, oldValue } = record.value
    if (newValue === null && oldValue === null) return
    const hash = this.#hash(newValue)
    if (oldKey !== null && this.#differ(oldKey, newKey))
      this.#forward(record, oldKey, SubscriptionInstruction.deleteKeyNoPropagate, hash)
    this.#forward(record, newKey, SubscriptionInstruction.propagateNullIfNoForeignValueAvailable, hash)
  }

  #sendInner(record: StreamRecord<K, Change<V>>, oldKey: KForeign | null, newKey: KForeign | null): void {
    const { newValue } = record.value
    const hash = this.#hash(newValue)
    if (newValue !== null && newKey === null) this.#context.drop(noForeignKey)
    if (newKey === null) {
      if (oldKey !== null) this.#forward(record, oldKey, SubscriptionInstruction.deleteKeyAndPropagate, hash)
      return
    }
    const moved = oldKey !== null && this.#differ(oldKey, newKey)
    if (moved) this.#forward(record, oldKey, SubscriptionInstruction.deleteKeyNoPropagate, hash)
    const { propagateNullIfNoForeignValueAvailable, propagateOnlyIfForeignValueAvailable } = SubscriptionInstruction
    // If the foreign key has changed, a result with the old key may exist. A null response deletes it.
    this.#forward(record, newKey, moved ? propagateNullIfNoForeignValueAvailable : propagateOnlyIfForeignValueAvailable, hash)
  }

  #extract(value: V | null, key: K): KForeign | null {
    if (value === null) return null
    return lambdaResult(this.#options.foreignKeyExtractor(value, key), 'foreign key extractor', this.#context.nodeName)
  }

  #differ(oldKey: KForeign, newKey: KForeign | null): boolean {
    return newKey === null || !equalBytes(this.#foreignKey.serialize(oldKey), this.#foreignKey.serialize(newKey))
  }

  #hash(value: V | null): Uint8Array | null {
    return value === null ? null : murmur3Hash128(this.#value.serialize(value))
  }

  #forward(
    record: StreamRecord<K, unknown>,
    foreignKey: KForeign | null,
    instruction: SubscriptionInstruction,
    hash: Uint8Array | null,
  ): void {
    const wrapper = { hash, instruction, primaryKey: record.key, primaryPartition: this.#context.partition }
    this.#context.forward(streamRecord(foreignKey, wrapper, record.timestamp, record.headers))
  }
}
