import { streamRecord, type StreamRecord } from '../../model/stream-record.ts'
import { internal, type InternalProcessorContext } from '../internal-processor-context.ts'
import { lambdaResult } from '../lambda-result.ts'
import type { Processor, ProcessorContext } from '../processor.ts'

export interface KStreamMapValuesOptions<K, V, VR> {
  readonly mapper: (value: V, key: K) => VR
}

/** Maps each value (Java: `KStreamMapValues`). Null values are mapped, too. */
export class KStreamMapValues<K, V, VR> implements Processor<K, V, K, VR> {
  readonly #mapper: (value: V, key: K) => VR
  #context!: InternalProcessorContext<K, VR>

  constructor({ mapper }: KStreamMapValuesOptions<K, V, VR>) {
    this.#mapper = mapper
  }

  init(context: ProcessorContext<K, VR>): void {
    this.#context = internal(context)
  }

  process(record: StreamRecord<K, V>): void {
    const value = lambdaResult(this.#mapper(record.value, record.key), 'mapper', this.#context.nodeName)
    this.#context.forward(streamRecord(record.key, value, record.timestamp, record.headers))
  }
}
