import { streamRecord, type StreamRecord } from '../../model/stream-record.ts'
import type { WindowStore } from '../../state/window-store.ts'
import { internal, type InternalProcessorContext } from '../internal-processor-context.ts'
import { lambdaResult } from '../lambda-result.ts'
import type { Processor, ProcessorContext } from '../processor.ts'
import { lookAheadMs, lookBackMs, type JoinSide, type JoinTimes } from './join-side.ts'
import type { StreamJoiner } from './kstream-kstream-join.ts'

export interface KStreamKStreamSelfJoinOptions<K, V, VOut> {
  readonly times: JoinTimes
  readonly storeName: string
  readonly joiner: StreamJoiner<K, V, VOut>
}

/**
 * A stream joined with itself, out of one store (Java: `KStreamKStreamSelfJoin`, KIP-837). Results and their order are those of an
 * inner join with two stores: first the record as the left one, then as the right one, and with itself in its place by time.
 */
export class KStreamKStreamSelfJoin<K, V, VOut> implements Processor<K | null, V | null, K, VOut> {
  readonly #options: KStreamKStreamSelfJoinOptions<K, V, VOut>
  #context!: InternalProcessorContext<K, VOut>
  #store!: WindowStore<K, V>
  #streamTimeMs = -1

  constructor(options: KStreamKStreamSelfJoinOptions<K, V, VOut>) {
    this.#options = options
  }

  init(context: ProcessorContext<K, VOut>): void {
    this.#context = internal(context)
    this.#store = context.stateStore(this.#options.storeName)
  }

  process({ key, value, timestamp, headers }: StreamRecord<K | null, V | null>): void {
    if (key === null || value === null) return this.#context.drop()
    this.#streamTimeMs = Math.max(this.#streamTimeMs, timestamp)
    const forward = (left: V, right: V, resultTime: number): void => {
      const joined = lambdaResult(this.#options.joiner(left, right, key), 'joiner', this.#context.nodeName)
      this.#context.forward(streamRecord(key, joined, resultTime, headers))
    }
    for (const { startMs, value: other } of this.#partners(key, timestamp, 'left'))
      forward(value, other, Math.max(timestamp, startMs))
    let meetsItself = this.#isKept(timestamp)
    for (const { startMs, value: other } of this.#partners(key, timestamp, 'right')) {
      if (meetsItself && startMs > timestamp) {
        meetsItself = false
        forward(value, value, timestamp)
      }
      forward(other, value, Math.max(timestamp, startMs))
    }
    if (meetsItself) forward(value, value, timestamp)
  }

  #partners(key: K, timestamp: number, side: JoinSide) {
    const { times } = this.#options
    const from = Math.max(0, timestamp - lookBackMs(side, times))
    return this.#store.fetch(key, from, Math.max(0, timestamp + lookAheadMs(side, times)))
  }

  /** With two stores an expired record would not be found in the other one (Java's bound, one ms earlier than the store's). */
  #isKept(timestamp: number): boolean {
    const { beforeMs, afterMs, graceMs } = this.#options.times
    return timestamp > this.#streamTimeMs - (beforeMs + afterMs + graceMs) + 1
  }
}
