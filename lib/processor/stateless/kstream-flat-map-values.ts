import { streamRecord, type StreamRecord } from '../../model/stream-record.ts'
import { internal, type InternalProcessorContext } from '../internal-processor-context.ts'
import { iterableResult } from '../key-value-result.ts'
import { lambdaResult } from '../lambda-result.ts'
import type { Processor, ProcessorContext } from '../processor.ts'

export interface KStreamFlatMapValuesOptions<K, V, VR> {
  readonly mapper: (value: V, key: K) => Iterable<VR>
}

/** Turns each value into any number of values of the same key (Java: `KStreamFlatMapValues`). */
export class KStreamFlatMapValues<K, V, VR> implements Processor<K, V, K, VR> {
  readonly #mapper: (value: V, key: K) => Iterable<VR>
  #context!: InternalProcessorContext<K, VR>

  constructor({ mapper }: KStreamFlatMapValuesOptions<K, V, VR>) {
    this.#mapper = mapper
  }

  init(context: ProcessorContext<K, VR>): void {
    this.#context = internal(context)
  }

  process(record: StreamRecord<K, V>): void {
    const { nodeName } = this.#context
    for (const value of iterableResult(this.#mapper(record.value, record.key), 'mapper', nodeName))
      this.#context.forward(streamRecord(record.key, lambdaResult(value, 'mapper', nodeName), record.timestamp, record.headers))
  }
}
