import type { StreamRecord } from '../../model/stream-record.ts'
import { internal } from '../internal-processor-context.ts'
import { noResult } from '../lambda-result.ts'
import type { Processor, ProcessorContext } from '../processor.ts'

export interface KStreamPeekOptions<K, V> {
  /** Its result is ignored, but a promise is an error. */
  readonly action: (value: V, key: K) => unknown
}

/**
 * Calls an action for each record and forwards the record (Java: `KStreamPeek`). `foreach` is the same operator without children.
 */
export class KStreamPeek<K, V> implements Processor<K, V, K, V> {
  readonly #action: (value: V, key: K) => unknown

  constructor({ action }: KStreamPeekOptions<K, V>) {
    this.#action = action
  }

  process(record: StreamRecord<K, V>, context: ProcessorContext<K, V>): void {
    noResult(this.#action(record.value, record.key), 'action', internal(context).nodeName)
    context.forward(record)
  }
}
