import { Encoded } from '../../kernel/encoded.ts'
import { asBuffer } from '../../model/bytes.ts'
import type { Reading } from '../../processor/reads.ts'
import { acceptsAt, type AcceptsAt } from '../../serde/accepts-at.ts'
import type { SourceNode } from '../../topology/topology-plan.ts'
import type { RecordBatch } from '../../transport/record-batch/record-batch.ts'
import type { ThreadEnvironment } from '../environment/thread-environment.ts'
import type { BoundSerde } from '../serdes/serialization.ts'

/** The keys and values of a partition that no node reads: they stay in bytes. */
export class UnreadColumns {
  readonly #keys: UnreadColumn | null
  readonly #values: UnreadColumn | null

  constructor(keys: UnreadColumn | null, values: UnreadColumn | null) {
    this.#keys = keys
    this.#values = values
  }

  /** Null: the key has to be decoded, because it is read, is null, or is not accepted. */
  key(batch: RecordBatch, index: number): Encoded | null {
    return this.#keys === null ? null : this.#keys.at(asBuffer(batch.bytes), batch.keyAt(index), batch.keyLength(index))
  }

  value(batch: RecordBatch, index: number): Encoded | null {
    return this.#values === null ? null : this.#values.at(asBuffer(batch.bytes), batch.valueAt(index), batch.valueLength(index))
  }

  /** The record is complete: the next one gets objects of its own. */
  turn(): void {
    this.#keys?.turn()
    this.#values?.turn()
  }
}

/** A queue reads its next record before the last one is processed: so there are two objects, which take turns. */
class UnreadColumn {
  readonly #accepts: AcceptsAt
  readonly #isHashed: boolean
  #next: Encoded
  #last: Encoded

  constructor({ serde, context }: BoundSerde) {
    this.#accepts = acceptsAt(serde.accepts!)
    this.#isHashed = context.component === 'key'
    this.#next = new Encoded(serde, context)
    this.#last = new Encoded(serde, context)
  }

  at(bytes: Buffer, at: number, length: number): Encoded | null {
    if (length < 0 || !this.#accepts(bytes, at, length)) return null
    return this.#isHashed ? this.#next.set(bytes, at, length) : this.#next.setHashed(bytes, at, length, 0)
  }

  turn(): void {
    const next = this.#last
    this.#last = this.#next
    this.#next = next
  }
}

/**
 * The columns of a source that the plan says are not read, and whose serdes can tell without decoding whether they could be. Null if
 * there are none. A wrapper of processors is the application's, and reads all.
 */
export function unreadColumns(
  { reads }: SourceNode,
  { key, value }: { readonly key: BoundSerde; readonly value: BoundSerde },
  { processorWrapper, declarations }: ThreadEnvironment,
): UnreadColumns | null {
  if (reads === undefined || processorWrapper !== undefined || declarations === 'off') return null
  const [keys, values] = [column(reads.key, key), column(reads.value, value)]
  return keys === null && values === null ? null : new UnreadColumns(keys, values)
}

function column(reading: Reading, bound: BoundSerde): UnreadColumn | null {
  return reading === 'value' || bound.serde.accepts === undefined ? null : new UnreadColumn(bound)
}
