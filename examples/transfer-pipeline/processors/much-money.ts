import { Serdes, windowStore } from 'millrace'
import type { Processor, ProcessorContext, StreamRecord, WindowStore } from 'millrace'
import type { IngestionTransfer } from '../schemas/rows.ts'
import type { TransferAlert } from '../topics.ts'
import { minuteMs } from '../topologies/hours.ts'
import { toCents, toText } from '../topologies/money.ts'

/** What a user sent within a minute. */
interface Money {
  readonly total: string
  /** Of the transfers, the newest ones. */
  readonly ids: readonly number[]
}

interface Minute {
  readonly startMs: number
  readonly cents: bigint
  readonly ids: readonly number[]
}

const windowMinutes = 10
const windowMs = windowMinutes * minuteMs
const transferIdsMax = 100

/** A transfer of a minute ago looks back ten more. One that comes later finds less, and may tell nothing. */
const retentionMs = windowMs + 2 * minuteMs

export const minutesStore = windowStore('sent-1m', {
  key: Serdes.string,
  value: Serdes.json<Money>(),
  windowSizeMs: minuteMs,
  retentionMs,
})

/**
 * Tells when the money that a user sends within ten minutes passes a limit. Such a span begins with each minute.
 *
 * Hopping windows would find the same, but keep a sum for each span, and a transfer changes ten of them. Here it changes the sum of its
 * minute, and spans are added up when they are looked at.
 */
export class MuchMoney implements Processor<string, IngestionTransfer, string, TransferAlert> {
  readonly #limit: string
  readonly #limitCents: bigint
  #minutes!: WindowStore<string, Money>

  constructor(limit: string) {
    this.#limit = limit
    this.#limitCents = toCents(limit)
  }

  init(context: ProcessorContext<string, TransferAlert>): void {
    this.#minutes = context.stateStore(minutesStore)
  }

  process(record: StreamRecord<string, IngestionTransfer>, context: ProcessorContext<string, TransferAlert>): void {
    const { id, amount, fromUserId, createdAt } = record.value
    const minute = createdAt - (createdAt % minuteMs)
    const { total, ids } = this.#minutes.fetchOne(record.key, minute) ?? { total: '0.00', ids: [] }
    const [before, cents] = [toCents(total), toCents(amount)]
    // All spans that have this minute have passed the limit before.
    if (before > this.#limitCents) return
    const near = this.#near(record.key, minute)
    for (let start = minute - windowMs + minuteMs; start <= minute; start += minuteMs) {
      const span = near.filter(({ startMs }) => startMs >= start && startMs < start + windowMs)
      const sum = span.reduce((sum, minute) => sum + minute.cents, 0n)
      if (sum > this.#limitCents || sum + cents <= this.#limitCents) continue
      const transferIds = [...span.flatMap(({ ids }) => ids), id].slice(-transferIdsMax)
      context.forward({ ...record, value: this.#alert(fromUserId, start, sum + cents, transferIds) })
    }
    this.#minutes.put(record.key, { total: toText(before + cents), ids: [...ids, id].slice(-transferIdsMax) }, minute)
  }

  /** The minutes that are in a span with this one. */
  #near(key: string, minute: number): Minute[] {
    const reach = windowMs - minuteMs
    const found = [...this.#minutes.fetch(key, Math.max(0, minute - reach), minute + reach)]
    return found.map(({ startMs, value: { total, ids } }) => ({ startMs, cents: toCents(total), ids }))
  }

  #alert(userId: number, windowStart: number, cents: bigint, transferIds: readonly number[]): TransferAlert {
    return {
      alertId: `${userId}-AMOUNT-${windowStart}`,
      userId,
      rule: 'AMOUNT',
      windowStart,
      windowEnd: windowStart + windowMs,
      observed: toText(cents),
      threshold: this.#limit,
      transferIds,
    }
  }
}
