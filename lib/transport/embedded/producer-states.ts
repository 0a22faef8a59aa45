import { refusal } from './refusal.ts'

export interface StampedBatch {
  readonly producerId: number
  readonly producerEpoch: number
  readonly baseSequence: number
  readonly baseOffset: number
  readonly lastOffsetDelta: number
}

interface ProducerState {
  epoch: number
  /** The latest batches, oldest first: Kafka remembers five, as many as may be in flight. */
  readonly recent: StampedBatch[]
}

const remembered = 5
const sequences = 2 ** 31

/**
 * The latest batches of each idempotent producer in a partition: they tell a repeated batch from a new one (Kafka:
 * `ProducerStateManager`).
 */
export class ProducerStates {
  readonly #states = new Map<number, ProducerState>()

  /** The offset of a repeated batch; null for a new one. Throws where the epoch is old, or the sequence does not follow. */
  check(batch: StampedBatch): number | null {
    const state = this.#states.get(batch.producerId)
    // A producer that the log does not know may begin with any sequence: retention may have deleted its records (KIP-360).
    if (batch.producerId < 0 || batch.baseSequence < 0 || state === undefined) return null
    const { producerId, producerEpoch, baseSequence } = batch
    const facts = { producerId, producerEpoch, baseSequence }
    if (producerEpoch < state.epoch)
      throw refusal(
        'INVALID_PRODUCER_EPOCH',
        `Producer ${producerId} was replaced by a newer one (epoch ${state.epoch}): close it.`,
        facts,
      )
    const known = producerEpoch === state.epoch ? state.recent.find((other) => isSame(batch, other)) : undefined
    if (known !== undefined) return known.baseOffset
    const expected = producerEpoch === state.epoch ? nextSequence(state.recent.at(-1)!) : 0
    if (baseSequence !== expected)
      throw refusal(
        'OUT_OF_ORDER_SEQUENCE_NUMBER',
        `Producer ${producerId} sent sequence ${baseSequence} where ${expected} follows: a batch was lost.`,
        facts,
      )
    return null
  }

  record(batch: StampedBatch): void {
    if (batch.producerId < 0 || batch.baseSequence < 0) return
    const state = this.#states.get(batch.producerId)
    if (state === undefined || batch.producerEpoch > state.epoch) {
      this.#states.set(batch.producerId, { epoch: batch.producerEpoch, recent: [batch] })
      return
    }
    state.recent.push(batch)
    if (state.recent.length > remembered) state.recent.shift()
  }
}

function isSame(left: StampedBatch, right: StampedBatch): boolean {
  return left.baseSequence === right.baseSequence && left.lastOffsetDelta === right.lastOffsetDelta
}

function nextSequence({ baseSequence, lastOffsetDelta }: StampedBatch): number {
  return (baseSequence + lastOffsetDelta + 1) % sequences
}
