import { streamRecord, type StreamRecord } from '../../model/stream-record.ts'
import { valueAndTimestamp } from '../../model/value-and-timestamp.ts'
import type { TimestampedKeyValueStore } from '../../state/key-value/key-value-store.ts'
import { internal, type InternalProcessorContext } from '../internal-processor-context.ts'
import type { Operator } from '../operator.ts'
import type { ProcessorContext } from '../processor.ts'
import { noForeignKey } from '../skip-reasons.ts'
import { CombinedKeySchema, type ForeignKeyJoinSerdes } from './combined-key-schema.ts'
import { SubscriptionInstruction, type SubscriptionWrapper } from './subscription-wrapper.ts'

export interface SubscriptionReceiveOptions<K, KForeign> {
  /** A timestamped store of bytes to subscriptions. */
  readonly storeName: string
  readonly serdes: ForeignKeyJoinSerdes<K, KForeign>
}

/** Stores each subscription to a key of the right table, and forwards it (Java: `SubscriptionReceiveProcessorSupplier`). */
export class SubscriptionReceive<K, KForeign> implements Operator<
  KForeign | null,
  SubscriptionWrapper<K>,
  KForeign | null,
  SubscriptionWrapper<K>
> {
  readonly #options: SubscriptionReceiveOptions<K, KForeign>
  #context!: InternalProcessorContext<KForeign | null, SubscriptionWrapper<K>>
  #keys!: CombinedKeySchema<K, KForeign>
  #store!: TimestampedKeyValueStore<Uint8Array, SubscriptionWrapper<K>>

  constructor(options: SubscriptionReceiveOptions<K, KForeign>) {
    this.#options = options
  }

  init(context: ProcessorContext<KForeign | null, SubscriptionWrapper<K>>): void {
    this.#context = internal(context)
    this.#keys = new CombinedKeySchema(this.#options.serdes, this.#context)
    this.#store = context.stateStore(this.#options.storeName)
  }

  prepare(): Promise<void> {
    return this.#keys.prepare()
  }

  process(record: StreamRecord<KForeign | null, SubscriptionWrapper<K>>): void {
    const { key, value, timestamp } = record
    // A subscription without foreign key is not stored. In a left join it still gets a response.
    if (key !== null) this.#keep(key, value, timestamp)
    else if (value.instruction !== SubscriptionInstruction.propagateNullIfNoForeignValueAvailable)
      return this.#context.drop(noForeignKey)
    this.#context.forward(streamRecord(key, value, timestamp, record.headers))
  }

  #keep(foreignKey: KForeign, subscription: SubscriptionWrapper<K>, timestamp: number): void {
    const key = this.#keys.toBytes(foreignKey, subscription.primaryKey)
    const { deleteKeyNoPropagate, deleteKeyAndPropagate } = SubscriptionInstruction
    const ends = subscription.instruction === deleteKeyNoPropagate || subscription.instruction === deleteKeyAndPropagate
    this.#store.put(key, ends ? null : valueAndTimestamp(subscription, timestamp))
  }
}
