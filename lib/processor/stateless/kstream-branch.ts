import type { StreamRecord } from '../../model/stream-record.ts'
import { internal, type InternalProcessorContext } from '../internal-processor-context.ts'
import { lambdaResult } from '../lambda-result.ts'
import type { Operator } from '../operator.ts'
import type { ProcessorContext } from '../processor.ts'

export interface KStreamBranchOptions<K, V> {
  /** The branches in their order. The first whose predicate matches gets the record. */
  readonly branches: readonly { readonly predicate: (value: V, key: K) => boolean; readonly child: string }[]
  /** The child for records that match no predicate. Absent: such records are dropped silently. */
  readonly defaultChild: string | undefined
}

/** Forwards each record to the first child whose predicate matches (Java: `KStreamBranch`). */
export class KStreamBranch<K, V> implements Operator<K, V, K, V> {
  readonly forwards = 'input'
  readonly #options: KStreamBranchOptions<K, V>
  #context!: InternalProcessorContext<K, V>

  constructor(options: KStreamBranchOptions<K, V>) {
    this.#options = options
  }

  init(context: ProcessorContext<K, V>): void {
    this.#context = internal(context)
  }

  process(record: StreamRecord<K, V>): void {
    const child = this.#childOf(record)
    if (child !== undefined) this.#context.forward(record, child)
  }

  #childOf({ key, value }: StreamRecord<K, V>): string | undefined {
    for (const { predicate, child } of this.#options.branches)
      if (lambdaResult(predicate(value, key), 'predicate', this.#context.nodeName)) return child
    return this.#options.defaultChild
  }
}
