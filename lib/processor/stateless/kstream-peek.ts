import type { StreamRecord } from '../../model/stream-record.ts'
import type { Processor, ProcessorContext } from '../processor.ts'

export interface KStreamPeekOptions<K, V> {
  /** Its result is not looked at. */
  readonly action: (value: V, key: K) => unknown
}

/** Java: `KStreamPeek`; with nothing below it, `foreach`. */
export class KStreamPeek<K, V> implements Processor<K, V, K, V> {
  readonly #action: (value: V, key: K) => unknown

  constructor({ action }: KStreamPeekOptions<K, V>) {
    this.#action = action
  }

  process(record: StreamRecord<K, V>, context: ProcessorContext<K, V>): void {
    this.#action(record.value, record.key)
    context.forward(record)
  }
}
