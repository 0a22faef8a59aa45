import type { StreamRecord } from '../../model/stream-record.ts'
import type { Processor, ProcessorContext } from '../processor.ts'

/** Forwards what comes: where streams merge, and where a branch begins (Java: `PassThrough`). */
export class PassThrough<K, V> implements Processor<K, V, K, V> {
  process(record: StreamRecord<K, V>, context: ProcessorContext<K, V>): void {
    context.forward(record)
  }
}
