import type { ReusedSerde } from '../../kernel/own-bytes.ts'
import { asBuffer } from '../../model/bytes.ts'
import type { Reading } from '../../processor/reads.ts'
import { acceptsAt } from '../../serde/accepts-at.ts'
import type { SourceNode } from '../../topology/topology-plan.ts'
import type { RecordBatch } from '../../transport/record-batch/record-batch.ts'
import type { ThreadEnvironment } from '../environment/thread-environment.ts'
import type { BoundSerde } from '../serdes/serialization.ts'
import type { CurrentRecord } from './current-record.ts'

/** The keys and values of a partition that are decoded, and that stores and sinks may write as they came, where they get the same value. */
export class ReusedColumns {
  readonly #keys: ReusedSerde | null
  readonly #values: ReusedSerde | null

  constructor(keys: ReusedSerde | null, values: ReusedSerde | null) {
    this.#keys = keys
    this.#values = values
  }

  /** Tells the current record the bytes that its key and value were decoded from. */
  note(current: CurrentRecord, key: unknown, value: unknown, batch: RecordBatch, index: number): void {
    const bytes = asBuffer(batch.bytes)
    if (this.#keys !== null) current.ownKey.set(this.#keys, key, bytes, batch.keyAt(index), batch.keyLength(index))
    if (this.#values !== null) current.ownValue.set(this.#values, value, bytes, batch.valueAt(index), batch.valueLength(index))
  }
}

/**
 * The columns of a source that are read as values, and whose serdes are canonical and give immutable values. Null if there are none. What
 * is not read stays in bytes anyway.
 */
export function reusedColumns(
  { reads }: SourceNode,
  { key, value }: { readonly key: BoundSerde; readonly value: BoundSerde },
  { declarations }: ThreadEnvironment,
): ReusedColumns | null {
  if (declarations === 'off') return null
  const [keys, values] = [column(reads?.key, key), column(reads?.value, value)]
  return keys === null && values === null ? null : new ReusedColumns(keys, values)
}

function column(reading: Reading = 'value', { serde }: BoundSerde): ReusedSerde | null {
  const { canonical = false, immutable = false, accepts } = serde
  return reading === 'value' && canonical && immutable && accepts !== undefined ? { serde, accepts: acceptsAt(accepts) } : null
}
