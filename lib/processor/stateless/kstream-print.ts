import type { StreamRecord } from '../../model/stream-record.ts'
import { internal } from '../internal-processor-context.ts'
import { lambdaResult, noResult } from '../lambda-result.ts'
import type { Processor, ProcessorContext } from '../processor.ts'

export interface KStreamPrintOptions<K, V> {
  readonly label: string
  readonly format: (value: V, key: K) => string
  readonly write: (line: string) => unknown
}

/** Writes a line for each record (Java: `KStreamPrint`). */
export class KStreamPrint<K, V> implements Processor<K, V, never, never> {
  readonly #options: KStreamPrintOptions<K, V>

  constructor(options: KStreamPrintOptions<K, V>) {
    this.#options = options
  }

  process({ key, value }: StreamRecord<K, V>, context: ProcessorContext<never, never>): void {
    const { label, format, write } = this.#options
    const { nodeName } = internal(context)
    noResult(write(`[${label}]: ${lambdaResult(format(value, key), 'format', nodeName)}`), 'writer', nodeName)
  }
}
