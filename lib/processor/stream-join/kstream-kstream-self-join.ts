import { streamRecord, type StreamRecord } from '../../model/stream-record.ts'
import type { WindowStore } from '../../state/window/window-store.ts'
import { internal, type InternalProcessorContext } from '../internal-processor-context.ts'
import { lambdaResult } from '../lambda-result.ts'
import type { Processor, ProcessorContext } from '../processor.ts'
import { noKeyOrValue } from '../skip-reasons.ts'
import { lookAheadMs, lookBackMs, neededRetentionMs, type JoinSide, type JoinTimes } from './join-side.ts'
import type { StreamJoiner } from './kstream-kstream-join.ts'

export interface KStreamKStreamSelfJoinOptions<K, V, VOut> {
  readonly times: JoinTimes
  readonly storeName: string
  readonly joiner: StreamJoiner<K, V, VOut>
}

/**
 * Joins a stream with itself by one store (Java: `KStreamKStreamSelfJoin`, KIP-837). Results and their order are those of an
 * inner join with two stores. Each record is first joined as the left record, then as the right one. Among the latter results,
 * the join with itself comes at its place in the order of time.
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
    if (key === null || value === null) return this.#context.drop(noKeyOrValue(key))
    this.#streamTimeMs = Math.max(this.#streamTimeMs, timestamp)
    const joined = (left: V, right: V): VOut =>
      lambdaResult(this.#options.joiner(left, right, key), 'joiner', this.#context.nodeName)
    const forward = (result: VOut, startMs: number): void =>
      this.#context.forward(streamRecord(key, result, Math.max(timestamp, startMs), headers))
    // The joiner is called for this pair first, even if its result is not forwarded: if it fails, nothing is forwarded.
    const itself = joined(value, value)
    for (const { startMs, value: other } of this.#partners(key, timestamp, 'left')) forward(joined(value, other), startMs)
    let meetsItself = this.#findsItself(timestamp)
    for (const { startMs, value: other } of this.#partners(key, timestamp, 'right')) {
      if (meetsItself && startMs > timestamp) {
        meetsItself = false
        forward(itself, timestamp)
      }
      forward(joined(other, value), startMs)
    }
    if (meetsItself) forward(itself, timestamp)
  }

  #partners(key: K, timestamp: number, side: JoinSide) {
    const { times } = this.#options
    const from = Math.max(0, timestamp - lookBackMs(side, times))
    return this.#store.fetch(key, from, Math.max(0, timestamp + lookAheadMs(side, times)))
  }

  /**
   * Whether the record would meet itself in a join with two stores. Java differs in two cases: it forgets the record a moment too
   * early, and it joins the record with itself even if the join window does not include its own time.
   */
  #findsItself(timestamp: number): boolean {
    const { times } = this.#options
    const { beforeMs, afterMs, graceMs } = times
    const ageMs = this.#streamTimeMs - timestamp
    if (this.#context.compatibility === 'java') return ageMs < beforeMs + afterMs + graceMs - 1
    return ageMs < neededRetentionMs(times) && beforeMs >= 0 && afterMs >= 0
  }
}
