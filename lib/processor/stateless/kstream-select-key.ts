import { streamRecord, type StreamRecord } from '../../model/stream-record.ts'
import { internal, type InternalProcessorContext } from '../internal-processor-context.ts'
import { lambdaResult } from '../lambda-result.ts'
import type { Processor, ProcessorContext } from '../processor.ts'

export interface KStreamSelectKeyOptions<K, V, KR> {
  readonly mapper: (value: V, key: K) => KR
}

/** Sets the key (in Java a `KStreamMap`). */
export class KStreamSelectKey<K, V, KR> implements Processor<K, V, KR, V> {
  readonly #mapper: (value: V, key: K) => KR
  #context!: InternalProcessorContext<KR, V>

  constructor({ mapper }: KStreamSelectKeyOptions<K, V, KR>) {
    this.#mapper = mapper
  }

  init(context: ProcessorContext<KR, V>): void {
    this.#context = internal(context)
  }

  process(record: StreamRecord<K, V>): void {
    const key = lambdaResult(this.#mapper(record.value, record.key), 'key selector', this.#context.nodeName)
    this.#context.forward(streamRecord(key, record.value, record.timestamp, record.headers))
  }
}
