import type { StreamRecord } from '../../model/stream-record.ts'
import type { WindowStore } from '../../state/window/window-store.ts'
import type { Processor, ProcessorContext } from '../processor.ts'

export interface KStreamJoinWindowOptions {
  /** A window store that keeps duplicates. */
  readonly storeName: string
}

/**
 * Stores the records of one side of a join for the other side (Java: `KStreamJoinWindow`). A record is first joined, then stored,
 * so that a record of a stream that is joined with itself meets itself only once.
 */
export class KStreamJoinWindow<K, V> implements Processor<K | null, V | null, K | null, V | null> {
  readonly #storeName: string
  #context!: ProcessorContext<K | null, V | null>
  #store!: WindowStore<K, V>

  constructor({ storeName }: KStreamJoinWindowOptions) {
    this.#storeName = storeName
  }

  init(context: ProcessorContext<K | null, V | null>): void {
    this.#context = context
    this.#store = context.stateStore(this.#storeName)
  }

  process(record: StreamRecord<K | null, V | null>): void {
    this.#context.forward(record)
    // As in Java, a null value is put as well. The store does not keep it, but its changelog record takes a sequence number.
    if (record.key !== null) this.#store.put(record.key, record.value, record.timestamp)
  }
}
