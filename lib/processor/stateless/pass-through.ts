import type { StreamRecord } from '../../model/stream-record.ts'
import type { Operator } from '../operator.ts'
import type { ProcessorContext } from '../processor.ts'

/** Forwards what comes: where streams merge, and where a branch begins (Java: `PassThrough`). */
export class PassThrough<K, V> implements Operator<K, V, K, V> {
  readonly forwards = 'input'

  process(record: StreamRecord<K, V>, context: ProcessorContext<K, V>): void {
    context.forward(record)
  }
}
