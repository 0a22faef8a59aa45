import type { Change } from '../../model/change.ts'
import { streamRecord, type StreamRecord } from '../../model/stream-record.ts'
import type { Unread } from '../../model/unread.ts'
import type { Processor, ProcessorContext } from '../processor.ts'
import type { ReadsOf } from '../reads.ts'

/** Forwards the new value of each change. For a deleted key it is null. */
export class KTableToStream<K, V> implements Processor<Unread<K>, Change<Unread<V>>, Unread<K>, Unread<V> | null> {
  static readonly reads: ReadsOf<Unread<unknown>, Unread<unknown>> = { key: 'nothing', value: 'nothing', passes: 'both' }

  process(record: StreamRecord<Unread<K>, Change<Unread<V>>>, context: ProcessorContext<Unread<K>, Unread<V> | null>): void {
    const { key, value, timestamp, headers } = record
    context.forward(streamRecord(key, value.newValue, timestamp, headers))
  }
}
