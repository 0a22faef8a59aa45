import type { StreamRecord } from '../../model/stream-record.ts'
import type { WindowStore } from '../../state/window/window-store.ts'
import type { Processor, ProcessorContext } from '../processor.ts'

export interface KStreamJoinWindowOptions {
  /** A window store that keeps duplicates. */
  readonly storeName: string
}

/**
 * Keeps the records of one side of a join for those of the other (Java: `KStreamJoinWindow`). A record is joined first, and kept
 * then: in a join of a stream with itself it meets itself only once.
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
    // The store does not keep a null value, but writes it to the changelog, where it takes a sequence number.
    if (record.key !== null) this.#store.put(record.key, record.value, record.timestamp)
  }
}
