import { Serdes, keyValueStore } from 'millrace'
import type { KeyValueStore, Processor, ProcessorContext, StreamRecord } from 'millrace'
import type { IngestionTransfer } from '../schemas/rows.ts'
import type { TransferAlert } from '../topics.ts'

export interface VelocityLimit {
  /** So many within the window are an alert. */
  readonly transfers: number
  /** Both ends belong to it. */
  readonly windowMs: number
}

interface Recent {
  readonly id: number
  readonly at: number
}

export const recentSendsStore = keyValueStore('recent-sends', { key: Serdes.string, value: Serdes.json<readonly Recent[]>() })

/**
 * Tells when a user's transfers are too many within a window that slides with each of them.
 *
 * `SlidingWindows` would find the same, but keeps a window for each transfer, and changes all of them that a new one falls into: the work
 * grows with the square of the rate. To know whether the limit is passed, the newest transfers are enough; twice as many are kept, so
 * that a late one still finds its neighbours.
 */
export class Velocity implements Processor<string, IngestionTransfer, string, TransferAlert> {
  readonly #limit: VelocityLimit
  #recent!: KeyValueStore<string, readonly Recent[]>

  constructor(limit: VelocityLimit) {
    this.#limit = limit
  }

  init(context: ProcessorContext<string, TransferAlert>): void {
    this.#recent = context.stateStore(recentSendsStore)
  }

  process(record: StreamRecord<string, IngestionTransfer>, context: ProcessorContext<string, TransferAlert>): void {
    const { id, fromUserId, createdAt: at } = record.value
    const others = (this.#recent.get(record.key) ?? []).filter((other) => other.id !== id)
    const recent = [...others, { id, at }].sort((left, right) => left.at - right.at || left.id - right.id)
    this.#recent.put(record.key, recent.slice(-2 * this.#limit.transfers))
    const run = this.#runWith(id, recent)
    if (run !== null) context.forward({ ...record, value: this.#alert(fromUserId, run) })
  }

  /** As many as the limit, one after another and with this one among them, within the window; null if there are none. */
  #runWith(id: number, recent: readonly Recent[]): readonly Recent[] | null {
    const { transfers, windowMs } = this.#limit
    const index = recent.findIndex((other) => other.id === id)
    for (let start = Math.max(0, index - transfers + 1); start <= index && start + transfers <= recent.length; start++)
      if (recent[start + transfers - 1]!.at - recent[start]!.at <= windowMs) return recent.slice(start, start + transfers)
    return null
  }

  #alert(userId: number, run: readonly Recent[]): TransferAlert {
    const { transfers, windowMs } = this.#limit
    const windowEnd = run.at(-1)!.at + 1
    const windowStart = windowEnd - 1 - windowMs
    const limit = String(transfers)
    const alertId = `${userId}-VELOCITY-${windowStart}`
    return {
      alertId,
      userId,
      rule: 'VELOCITY',
      windowStart,
      windowEnd,
      observed: limit,
      threshold: limit,
      transferIds: run.map((sent) => sent.id),
    }
  }
}
