import { Serdes, StreamsBuilder, keyValueStore, nullable, topic } from 'millrace'
import type { KeyValueStore, Processor, ProcessorContext, StreamRecord, Topology } from 'millrace'
import type { AvroValue } from 'millrace/avro'
import type { transferCommandSchema } from '../schemas/avro.ts'
import type { IngestionTransfer } from '../schemas/rows.ts'
import { transferCommands, transfers } from '../topics.ts'
import { isAbove } from './money.ts'

type TransferCommand = AvroValue<typeof transferCommandSchema>

export interface SettlementLimits {
  /** A transfer of more than this fails. */
  readonly amount: string
  /** A user who sends more than this within the window has the transfers beyond it fail. */
  readonly velocity: { readonly transfers: number; readonly windowMs: number }
}

export const defaultLimits: SettlementLimits = { amount: '10000.00', velocity: { transfers: 100, windowMs: 1000 } }

/** A transfer that counts for the velocity of its sender. */
interface Recent {
  readonly id: number
  readonly at: number
}

const recentStore = keyValueStore('recent-transfers', { key: Serdes.string, value: Serdes.json<readonly Recent[]>() })

/** Of a deleted transfer nothing is left to settle. */
const transferEvents = topic(transfers.name, { key: transfers.key, value: nullable(transfers.value) })

/**
 * Decides what becomes of each transfer that is PENDING, and commands it. The write service carries the command out, which comes back
 * as a change of the transfer: the loop closes through SQL. A command may come twice; its id and status say all, so nothing more happens.
 */
export function settlementTopology(limits: Partial<SettlementLimits> = {}): Topology {
  const builder = new StreamsBuilder()
  builder.addStateStore(recentStore)
  builder
    .stream(transferEvents)
    .filter((transfer): transfer is IngestionTransfer => transfer?.status === 'PENDING')
    .selectKey((transfer) => String(transfer.fromUserId))
    .repartition({ name: 'by-sender', key: Serdes.string, value: transfers.value })
    .process(() => new Settlement({ ...defaultLimits, ...limits }), { name: 'settle', stores: [recentStore] })
    .to(transferCommands)
  return builder.build()
}

class Settlement implements Processor<string, IngestionTransfer, string, TransferCommand> {
  readonly #limits: SettlementLimits
  #recent!: KeyValueStore<string, readonly Recent[]>

  constructor(limits: SettlementLimits) {
    this.#limits = limits
  }

  init(context: ProcessorContext<string, TransferCommand>): void {
    this.#recent = context.stateStore(recentStore)
  }

  process(record: StreamRecord<string, IngestionTransfer>, context: ProcessorContext<string, TransferCommand>): void {
    const transfer = record.value
    const reason = this.#isTooFast(record.key, transfer) ? 'VELOCITY' : this.#reasonOf(transfer)
    const status = reason === 'NONE' ? 'COMPLETED' : 'FAILED'
    context.forward({ ...record, key: String(transfer.id), value: { transferId: transfer.id, status, reason } })
  }

  #reasonOf({ amount }: IngestionTransfer): TransferCommand['reason'] {
    return isAbove(amount, this.#limits.amount) ? 'AMOUNT' : 'NONE'
  }

  /** Counts by the times of the transfers, and each transfer once, so that a repeated record decides the same. */
  #isTooFast(user: string, { id, createdAt: at }: IngestionTransfer): boolean {
    const { transfers: allowed, windowMs } = this.#limits.velocity
    const known = this.#recent.get(user) ?? []
    const others = known.filter((other) => other.id !== id)
    const before = others.filter((other) => other.at > at - windowMs && isBefore(other, { id, at }))
    const newest = Math.max(at, ...others.map((other) => other.at))
    const kept = [...others, { id, at }].filter((recent) => recent.at > newest - 2 * windowMs)
    this.#recent.put(user, kept)
    return before.length >= allowed
  }
}

function isBefore(left: Recent, right: Recent): boolean {
  return left.at < right.at || (left.at === right.at && left.id < right.id)
}
