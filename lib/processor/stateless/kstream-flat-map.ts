import { streamRecord, type StreamRecord } from '../../model/stream-record.ts'
import { internal, type InternalProcessorContext } from '../internal-processor-context.ts'
import type { KeyValue } from '../../model/key-value.ts'
import { iterableResult, keyValueResult } from '../key-value-result.ts'
import type { Processor, ProcessorContext } from '../processor.ts'

export interface KStreamFlatMapOptions<K, V, KR, VR> {
  readonly mapper: (value: V, key: K) => Iterable<KeyValue<KR, VR>>
}

/** Turns each record into any number of records (Java: `KStreamFlatMap`). */
export class KStreamFlatMap<K, V, KR, VR> implements Processor<K, V, KR, VR> {
  readonly #mapper: (value: V, key: K) => Iterable<KeyValue<KR, VR>>
  #context!: InternalProcessorContext<KR, VR>

  constructor({ mapper }: KStreamFlatMapOptions<K, V, KR, VR>) {
    this.#mapper = mapper
  }

  init(context: ProcessorContext<KR, VR>): void {
    this.#context = internal(context)
  }

  process(record: StreamRecord<K, V>): void {
    const { nodeName } = this.#context
    for (const pair of iterableResult(this.#mapper(record.value, record.key), 'mapper', nodeName)) {
      const { key, value } = keyValueResult(pair, 'mapper', nodeName)
      this.#context.forward(streamRecord(key, value, record.timestamp, record.headers))
    }
  }
}
