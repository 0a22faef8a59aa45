import type { Change } from '../../model/change.ts'
import { streamRecord, type StreamRecord } from '../../model/stream-record.ts'
import type { Processor, ProcessorContext } from '../processor.ts'

/** The new value of each change, null where a key was deleted. */
export class KTableToStream<K, V> implements Processor<K, Change<V>, K, V | null> {
  process({ key, value, timestamp, headers }: StreamRecord<K, Change<V>>, context: ProcessorContext<K, V | null>): void {
    context.forward(streamRecord(key, value.newValue, timestamp, headers))
  }
}
