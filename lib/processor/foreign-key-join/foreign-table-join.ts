import type { Change } from '../../model/change.ts'
import { streamRecord, type StreamRecord } from '../../model/stream-record.ts'
import type { TimestampedKeyValueStore } from '../../state/key-value/key-value-store.ts'
import { internal, type InternalProcessorContext } from '../internal-processor-context.ts'
import type { LateUpdates } from '../table-join/ktable-ktable-join.ts'
import type { Operator } from '../operator.ts'
import type { ProcessorContext } from '../processor.ts'
import { noKey, supersededVersion } from '../skip-reasons.ts'
import { CombinedKeySchema } from './combined-key-schema.ts'
import type { SubscriptionReceiveOptions } from './subscription-receive.ts'
import type { SubscriptionResponseWrapper } from './subscription-response-wrapper.ts'
import type { SubscriptionWrapper } from './subscription-wrapper.ts'

export interface ForeignTableJoinOptions<K, KForeign> extends SubscriptionReceiveOptions<K, KForeign> {
  readonly lateUpdates: LateUpdates
}

/**
 * Sends the new value of a row of the right table to all subscriptions of its key (Java: `ForeignTableJoinProcessorSupplier`).
 */
export class ForeignTableJoin<K, KForeign, VForeign> implements Operator<
  KForeign | null,
  Change<VForeign>,
  K,
  SubscriptionResponseWrapper<VForeign>
> {
  readonly #options: ForeignTableJoinOptions<K, KForeign>
  #context!: InternalProcessorContext<K, SubscriptionResponseWrapper<VForeign>>
  #keys!: CombinedKeySchema<K, KForeign>
  #store!: TimestampedKeyValueStore<Uint8Array, SubscriptionWrapper<K>>

  constructor(options: ForeignTableJoinOptions<K, KForeign>) {
    this.#options = options
  }

  init(context: ProcessorContext<K, SubscriptionResponseWrapper<VForeign>>): void {
    this.#context = internal(context)
    this.#keys = new CombinedKeySchema(this.#options.serdes, this.#context)
    this.#store = context.stateStore(this.#options.storeName)
  }

  prepare(): Promise<void> {
    return this.#keys.prepare()
  }

  process({ key, value, timestamp, headers }: StreamRecord<KForeign | null, Change<VForeign>>): void {
    if (key === null) return this.#context.drop(noKey)
    if (!value.isLatest && this.#options.lateUpdates === 'dropped') return this.#context.drop(supersededVersion)
    for (const subscription of this.#store.prefixScan(this.#keys.prefix(key))) {
      const { hash, primaryPartition } = subscription.value.value
      const response = { hash, foreignValue: value.newValue, primaryPartition }
      this.#context.forward(streamRecord(this.#keys.primaryKeyOf(subscription.key), response, timestamp, headers))
    }
  }
}
