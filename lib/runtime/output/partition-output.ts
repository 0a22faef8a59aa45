import type { TopicPartition } from '../../model/topic-partition.ts'
import type { ProduceBatch } from '../../transport/record-batch/produce-batch.ts'

/** A partition that has not acknowledged its next batch for this long holds back the tasks that write to it. */
export const stuckMs = 1000

/** Resolves to true once all is acknowledged that comes before a batch; to false if that will never be. */
export type Before = () => Promise<boolean>

/** What has been written to one partition, and how much of it the broker has acknowledged. */
export class PartitionOutput {
  readonly at: TopicPartition
  /** The batch to which records are added; null if none has begun. */
  open: ProduceBatch | null = null
  /** Why a batch was given up; null if none was. */
  failure: { readonly reason: unknown } | null = null
  nextOffset: number | undefined
  /** True when nobody needs what is not sent yet, nor hears what becomes of the rest. */
  isDiscarded = false
  inFlightBytes = 0
  /** For a changelog: what its next batch waits for. Null: for nothing. */
  before: Before | null = null
  /** Settles with the last batch that was sent. */
  last: Promise<void> = Promise.resolve()
  /** Whether the next batch is held back by other partitions. */
  waitsForOthers = false
  /** How many batches were sent, and are not settled. */
  #inFlight = 0
  /** Since when the first of them is under way, or waits for what comes before it, by `AnswerTime`; null if none is. */
  #sinceMs: number | null = null

  constructor(at: TopicPartition) {
    this.at = at
  }

  /** True if all that was written is acknowledged, or given up. */
  get isSettled(): boolean {
    return this.open === null && this.#inFlight === 0
  }

  /** `nowMs`: by `AnswerTime`. */
  isStuck(nowMs: number): boolean {
    return this.#sinceMs !== null && nowMs - this.#sinceMs >= stuckMs
  }

  discard(): void {
    this.open = null
    this.isDiscarded = true
  }

  sent({ byteLength }: ProduceBatch): void {
    this.open = null
    this.#inFlight++
    this.inFlightBytes += byteLength
  }

  /** The batch before is settled, and the next one waits for other partitions. */
  waits(nowMs: number): void {
    this.#sinceMs = nowMs
    this.waitsForOthers = true
  }

  /** The next batch is on its way. */
  underWay(nowMs: number): void {
    this.#sinceMs = nowMs
    this.waitsForOthers = false
  }

  settled({ byteLength }: ProduceBatch): void {
    this.#inFlight--
    this.inFlightBytes -= byteLength
    this.#sinceMs = null
    this.waitsForOthers = false
  }
}
