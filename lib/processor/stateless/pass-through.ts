import type { StreamRecord } from '../../model/stream-record.ts'
import type { Unread } from '../../model/unread.ts'
import type { Operator } from '../operator.ts'
import type { ProcessorContext } from '../processor.ts'
import type { ReadsOf } from '../reads.ts'

/** Forwards each record unchanged (Java: `PassThrough`). It is the node of a merge, and the first node of a branch. */
export class PassThrough<K, V> implements Operator<K, V, K, V> {
  static readonly reads: ReadsOf<Unread<unknown>, Unread<unknown>> = { key: 'nothing', value: 'nothing', passes: 'both' }
  readonly forwards = 'input'

  process(record: StreamRecord<K, V>, context: ProcessorContext<K, V>): void {
    context.forward(record)
  }
}
