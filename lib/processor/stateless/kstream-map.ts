import { streamRecord, type StreamRecord } from '../../model/stream-record.ts'
import { internal, type InternalProcessorContext } from '../internal-processor-context.ts'
import type { KeyValue } from '../../model/key-value.ts'
import { keyValueResult } from '../key-value-result.ts'
import type { Processor, ProcessorContext } from '../processor.ts'

export interface KStreamMapOptions<K, V, KR, VR> {
  readonly mapper: (value: V, key: K) => KeyValue<KR, VR>
}

/** Maps each key and value (Java: `KStreamMap`). */
export class KStreamMap<K, V, KR, VR> implements Processor<K, V, KR, VR> {
  readonly #mapper: (value: V, key: K) => KeyValue<KR, VR>
  #context!: InternalProcessorContext<KR, VR>

  constructor({ mapper }: KStreamMapOptions<K, V, KR, VR>) {
    this.#mapper = mapper
  }

  init(context: ProcessorContext<KR, VR>): void {
    this.#context = internal(context)
  }

  process(record: StreamRecord<K, V>): void {
    const { key, value } = keyValueResult(this.#mapper(record.value, record.key), 'mapper', this.#context.nodeName)
    this.#context.forward(streamRecord(key, value, record.timestamp, record.headers))
  }
}
