import type { LogEnd } from '../log-truncation.ts'

interface Epoch {
  readonly epoch: number
  readonly startOffset: number
}

/** Where the epochs of a partition's leaders begin in its log (Kafka: `LeaderEpochFileCache`). */
export class LeaderEpochs {
  #epochs: readonly Epoch[] = []

  /** The last epoch, 0 before the first. */
  get last(): number {
    return this.#epochs.at(-1)?.epoch ?? 0
  }

  /** Notes a batch that the leader of this epoch has appended. */
  wrote(epoch: number, baseOffset: number): void {
    if (this.#epochs.length === 0 || epoch > this.last) this.#epochs = [...this.#epochs, { epoch, startOffset: baseOffset }]
  }

  /** The log ends at this offset, where the leader of a new epoch goes on. */
  truncate(endOffset: number, epoch: number): void {
    this.#epochs = [...this.#epochs.filter(({ startOffset }) => startOffset < endOffset), { epoch, startOffset: endOffset }]
  }

  /**
   * The last epoch up to `epoch`, and the offset after its last record. −1 for both if `epoch` is none that the leader of `current`
   * knows.
   */
  endOf(epoch: number, current: number, logEnd: number): LogEnd {
    if (epoch === current) return { leaderEpoch: epoch, endOffset: logEnd }
    if (epoch > current) return { leaderEpoch: -1, endOffset: -1 }
    const earlier = this.#epochs.findLast((each) => each.epoch <= epoch)
    const later = this.#epochs.find((each) => each.epoch > epoch)
    return { leaderEpoch: earlier?.epoch ?? epoch, endOffset: later?.startOffset ?? logEnd }
  }
}
