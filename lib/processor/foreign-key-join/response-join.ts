import { equalBytes } from '../../model/bytes.ts'
import type { Serde } from '../../model/serde.ts'
import { streamRecord, type StreamRecord } from '../../model/stream-record.ts'
import { internal, type InternalProcessorContext } from '../internal-processor-context.ts'
import { makeGetter, type KTableValueGetter, type KTableValueGetterSupplier } from '../table/ktable-value-getter.ts'
import { lambdaResult } from '../lambda-result.ts'
import type { Operator } from '../operator.ts'
import type { ProcessorContext } from '../processor.ts'
import { murmur3Hash128 } from './murmur3.ts'
import { PseudoTopicSerde } from './pseudo-topic-serde.ts'
import type { SubscriptionResponseWrapper } from './subscription-response-wrapper.ts'

export interface ResponseJoinOptions<K, V, VForeign, VOut> {
  readonly kind: 'inner' | 'left'
  /** The left table. */
  readonly table: KTableValueGetterSupplier<K, V>
  /** The name of the registration topic, without the application id. */
  readonly registrationTopic: string
  /** The serde of the left table's values, for the hash. Absent: the application's default. */
  readonly value: Serde<V> | undefined
  readonly joiner: (value: V, foreignValue: VForeign | null, key: K) => VOut | null
}

/**
 * Joins a response with the row of its subscription (Java: `ResponseJoinProcessorSupplier`). If another subscription was sent since,
 * the hash differs. The response is then stale and counts as dropped, because a newer response is on its way.
 */
export class ResponseJoin<K, V, VForeign, VOut> implements Operator<K, SubscriptionResponseWrapper<VForeign>, K, VOut | null> {
  readonly #options: ResponseJoinOptions<K, V, VForeign, VOut>
  readonly #table: KTableValueGetter<K, V>
  #context!: InternalProcessorContext<K, VOut | null>
  #value!: PseudoTopicSerde<V>

  constructor(options: ResponseJoinOptions<K, V, VForeign, VOut>) {
    this.#options = options
    this.#table = makeGetter(options.table)
  }

  init(context: ProcessorContext<K, VOut | null>): void {
    this.#context = internal(context)
    // The cache of the left table may hold back a row, for which there is no subscription yet. Java compares with that row. If it goes
    // before the cache is flushed, Java has dropped the only answer to the subscription before it.
    this.#table.init(context, this.#context.compatibility === 'java' ? 'newest' : 'flushed')
    const topic = this.#context.internalTopic(this.#options.registrationTopic)
    this.#value = new PseudoTopicSerde(this.#context.valueSerde(this.#options.value), `${topic}-vh`, 'value')
  }

  prepare(): Promise<void> {
    return this.#value.prepareWrite()
  }

  process({ key, value: response, timestamp, headers }: StreamRecord<K, SubscriptionResponseWrapper<VForeign>>): void {
    const row = this.#table.get(key)
    const hash = row === null ? null : murmur3Hash128(this.#value.serialize(row.value))
    if (!equalBytes(hash, response.hash)) return this.#context.countDropped()
    const result = row === null ? null : this.#join(row.value, response.foreignValue, key)
    this.#context.forward(streamRecord(key, result, timestamp, headers))
  }

  #join(value: V, foreignValue: VForeign | null, key: K): VOut | null {
    if (foreignValue === null && this.#options.kind === 'inner') return null
    return lambdaResult(this.#options.joiner(value, foreignValue, key), 'joiner', this.#context.nodeName)
  }
}
