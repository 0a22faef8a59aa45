import type { AbortedTransaction } from '../fetcher.ts'
import type { MarkerType } from '../record-batch/control-record.ts'

interface EndedTransaction extends AbortedTransaction {
  readonly lastOffset: number
}

/** The open and aborted transactions of a partition (Kafka: `ProducerStateManager`, `TransactionIndex`). */
export class TransactionIndex {
  readonly #openSince = new Map<number, number>()
  readonly #aborted: EndedTransaction[] = []

  wrote(producerId: number, offset: number): void {
    if (!this.#openSince.has(producerId)) this.#openSince.set(producerId, offset)
  }

  ended(producerId: number, type: MarkerType, lastOffset: number): void {
    const firstOffset = this.#openSince.get(producerId)
    this.#openSince.delete(producerId)
    if (type === 'abort' && firstOffset !== undefined) this.#aborted.push({ producerId, firstOffset, lastOffset })
  }

  isOpen(producerId: number): boolean {
    return this.#openSince.has(producerId)
  }

  /** The first offset of the oldest open transaction. Without an open transaction, the high watermark. */
  lastStableOffset(highWatermark: number): number {
    let stable = highWatermark
    for (const offset of this.#openSince.values()) if (offset < stable) stable = offset
    return stable
  }

  /** Returns the aborted transactions that have records in the range. */
  abortedIn(from: number, to: number): readonly AbortedTransaction[] {
    return this.#aborted
      .filter(({ firstOffset, lastOffset }) => firstOffset < to && lastOffset >= from)
      .map(({ producerId, firstOffset }) => ({ producerId, firstOffset }))
  }

  isAborted(producerId: number, offset: number): boolean {
    return this.#aborted.some(
      (ended) => ended.producerId === producerId && ended.firstOffset <= offset && offset <= ended.lastOffset,
    )
  }
}
