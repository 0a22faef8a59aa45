import type { StreamRecord } from '../../model/stream-record.ts'
import { internal, type InternalProcessorContext } from '../internal-processor-context.ts'
import { lambdaResult } from '../lambda-result.ts'
import type { Processor, ProcessorContext } from '../processor.ts'
import type { ReadsOf } from '../reads.ts'

export interface KStreamFilterOptions<K, V> {
  readonly predicate: (value: V, key: K) => boolean
  readonly keep: 'matching' | 'others'
  /** What the predicate reads. Default: the values of both. */
  readonly reads?: ReadsOf<K, V>
}

/**
 * Forwards the records that match a predicate, or the others (Java: `KStreamFilter`). Records with null keys and values are
 * tested as well.
 */
export class KStreamFilter<K, V> implements Processor<K, V, K, V> {
  readonly #predicate: (value: V, key: K) => boolean
  readonly #kept: boolean
  #context!: InternalProcessorContext<K, V>

  constructor({ predicate, keep }: KStreamFilterOptions<K, V>) {
    this.#predicate = predicate
    this.#kept = keep === 'matching'
  }

  init(context: ProcessorContext<K, V>): void {
    this.#context = internal(context)
  }

  process(record: StreamRecord<K, V>): void {
    const matches = lambdaResult(this.#predicate(record.value, record.key), 'predicate', this.#context.nodeName)
    if (matches === this.#kept) this.#context.forward(record)
  }
}
