import type { Document, DocumentStore } from './document-store.ts'

/** Records of one partition, in order. */
interface SinkBatch<V> {
  readonly records: readonly {
    readonly key: string | null
    readonly value: V | null
    readonly partition: number
    readonly offset: number
  }[]
}

/** What a consumer of a group gives: batches, and the commit of what was handed over. */
export interface SinkSource<V> extends AsyncIterable<SinkBatch<V>> {
  commit(): Promise<void>
  close(): Promise<void>
}

/**
 * Keeps one document for each key of a topic: null deletes. Offsets are committed after the write, so a crash repeats writes; the
 * store skips those that it has.
 */
export class Sink<V> {
  readonly #source: SinkSource<V>
  readonly #store: DocumentStore
  readonly #toDocument: (value: V) => Document
  readonly #maxBatchSize: number
  #running: Promise<void> = Promise.resolve()

  /** `maxBatchSize` is the option `max.batch.size`: 0 writes all of a batch at once. */
  constructor(source: SinkSource<V>, store: DocumentStore, toDocument: (value: V) => Document, maxBatchSize = 0) {
    this.#source = source
    this.#store = store
    this.#toDocument = toDocument
    this.#maxBatchSize = maxBatchSize
  }

  start(): void {
    this.#running = this.#run()
    this.#running.catch(() => {})
  }

  /** Settles when the sink ends: rejects if it could not go on. */
  get done(): Promise<void> {
    return this.#running
  }

  async stop(): Promise<void> {
    await this.#source.close()
    await this.#running.catch(() => {})
  }

  async #run(): Promise<void> {
    for await (const { records } of this.#source) {
      const keyed = records.filter((record) => record.key !== null)
      const writes = keyed.map(({ key, value, partition, offset }) => {
        const document = value === null ? null : this.#toDocument(value)
        return { id: key!, document, partition, offset }
      })
      const size = this.#maxBatchSize === 0 ? writes.length : this.#maxBatchSize
      for (let at = 0; at < writes.length; at += size) await this.#store.apply(writes.slice(at, at + size))
      await this.#source.commit()
    }
  }
}
