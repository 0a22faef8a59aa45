import { unreachable } from '../../model/assert.ts'
import { streamRecord, type StreamRecord } from '../../model/stream-record.ts'
import { makeGetter, type KTableValueGetter, type KTableValueGetterSupplier } from '../table/ktable-value-getter.ts'
import type { Processor, ProcessorContext } from '../processor.ts'
import type { SubscriptionResponseWrapper } from './subscription-response-wrapper.ts'
import { SubscriptionInstruction, type SubscriptionWrapper } from './subscription-wrapper.ts'

/** Answers a subscription with the right table's current value (Java: `SubscriptionJoinProcessorSupplier`). */
export class SubscriptionJoin<K, KForeign, VForeign> implements Processor<
  KForeign | null,
  SubscriptionWrapper<K>,
  K,
  SubscriptionResponseWrapper<VForeign>
> {
  readonly #foreignTable: KTableValueGetter<KForeign, VForeign>

  constructor(options: { readonly foreignTable: KTableValueGetterSupplier<KForeign, VForeign> }) {
    this.#foreignTable = makeGetter(options.foreignTable)
  }

  init(context: ProcessorContext<K, SubscriptionResponseWrapper<VForeign>>): void {
    this.#foreignTable.init(context, 'newest')
  }

  process(
    record: StreamRecord<KForeign | null, SubscriptionWrapper<K>>,
    context: ProcessorContext<K, SubscriptionResponseWrapper<VForeign>>,
  ): void {
    const { hash, instruction, primaryKey, primaryPartition } = record.value
    const row = record.key === null ? null : this.#foreignTable.get(record.key)
    if (!answers(instruction, row !== null)) return
    const foreignValue = row === null || instruction === SubscriptionInstruction.deleteKeyAndPropagate ? null : row.value
    const timestamp = row === null ? record.timestamp : Math.max(record.timestamp, row.timestamp)
    context.forward(streamRecord(primaryKey, { hash, foreignValue, primaryPartition }, timestamp, record.headers))
  }
}

function answers(instruction: SubscriptionInstruction, found: boolean): boolean {
  switch (instruction) {
    case SubscriptionInstruction.deleteKeyNoPropagate:
      return false
    case SubscriptionInstruction.deleteKeyAndPropagate:
    case SubscriptionInstruction.propagateNullIfNoForeignValueAvailable:
      return true
    case SubscriptionInstruction.propagateOnlyIfForeignValueAvailable:
      return found
    default:
      return unreachable(instruction)
  }
}
