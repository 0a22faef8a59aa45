import type { Change } from '../../model/change.ts'
import { streamRecord, type StreamRecord } from '../../model/stream-record.ts'
import type { Processor, ProcessorContext } from '../processor.ts'

/** Forwards the new value of each change. For a deleted key it is null. */
export class KTableToStream<K, V> implements Processor<K, Change<V>, K, V | null> {
  process({ key, value, timestamp, headers }: StreamRecord<K, Change<V>>, context: ProcessorContext<K, V | null>): void {
    context.forward(streamRecord(key, value.newValue, timestamp, headers))
  }
}
