import { refusal } from './refusal.ts'

export interface StampedBatch {
  readonly producerId: number
  readonly producerEpoch: number
  readonly baseSequence: number
  readonly baseOffset: number
  readonly lastOffsetDelta: number
  /** Markers have an epoch and no sequence number. */
  readonly isControl: boolean
}

interface ProducerState {
  epoch: number
  /** The latest batches, oldest first. Kafka remembers five, the most that a producer may have in flight. */
  readonly recent: StampedBatch[]
}

const remembered = 5
const sequences = 2 ** 31

/**
 * The latest batches of each idempotent producer in a partition. By them the log recognizes repeated batches, and refuses batches
 * out of sequence (Kafka: `ProducerStateManager`).
 */
export class ProducerStates {
  readonly #states = new Map<number, ProducerState>()

  /**
   * Returns the offset of a repeated batch, and null for a new one. Throws if the epoch is old, or the sequence number not the
   * next.
   */
  check(batch: StampedBatch): number | null {
    const state = this.#states.get(batch.producerId)
    // An unknown producer may begin with any sequence number, because retention may have deleted its records (KIP-360).
    if (batch.producerId < 0 || state === undefined) return null
    const { producerId, producerEpoch, baseSequence, isControl } = batch
    if (baseSequence < 0 && !isControl) return null
    const facts = { producerId, producerEpoch, baseSequence }
    if (producerEpoch < state.epoch)
      throw refusal(
        'INVALID_PRODUCER_EPOCH',
        `Producer ${producerId} was replaced by a newer one (epoch ${state.epoch}): close it.`,
        facts,
      )
    if (isControl) return null
    const known = producerEpoch === state.epoch ? state.recent.find((other) => isSame(batch, other)) : undefined
    if (known !== undefined) return known.baseOffset
    const expected = producerEpoch === state.epoch ? nextSequence(state.recent.at(-1)) : 0
    if (baseSequence !== expected)
      throw refusal(
        'OUT_OF_ORDER_SEQUENCE_NUMBER',
        `Producer ${producerId} sent the sequence number ${baseSequence} instead of ${expected}, so a batch was lost: go on with a new epoch.`,
        facts,
      )
    return null
  }

  record(batch: StampedBatch): void {
    const { producerId, producerEpoch, isControl } = batch
    if (producerId < 0 || (batch.baseSequence < 0 && !isControl)) return
    const state = this.#states.get(producerId)
    const recent = isControl ? [] : [batch]
    if (state === undefined || producerEpoch > state.epoch) {
      this.#states.set(producerId, { epoch: producerEpoch, recent })
      return
    }
    state.recent.push(...recent)
    if (state.recent.length > remembered) state.recent.shift()
  }
}

function isSame(left: StampedBatch, right: StampedBatch): boolean {
  return left.baseSequence === right.baseSequence && left.lastOffsetDelta === right.lastOffsetDelta
}

/** A marker with a new epoch begins it without a batch. */
function nextSequence(last: StampedBatch | undefined): number {
  return last === undefined ? 0 : (last.baseSequence + last.lastOffsetDelta + 1) % sequences
}
