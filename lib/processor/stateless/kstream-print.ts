import type { StreamRecord } from '../../model/stream-record.ts'
import type { Processor } from '../processor.ts'

export interface KStreamPrintOptions<K, V> {
  readonly label: string
  readonly format: (value: V, key: K) => string
  readonly write: (line: string) => void
}

/** Writes a line for each record (Java: `KStreamPrint`). */
export class KStreamPrint<K, V> implements Processor<K, V, never, never> {
  readonly #options: KStreamPrintOptions<K, V>

  constructor(options: KStreamPrintOptions<K, V>) {
    this.#options = options
  }

  process({ key, value }: StreamRecord<K, V>): void {
    const { label, format, write } = this.#options
    write(`[${label}]: ${format(value, key)}`)
  }
}
