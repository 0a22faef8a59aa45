import { StreamsError } from '../../model/errors.ts'
import { streamRecord, type StreamRecord } from '../../model/stream-record.ts'
import type { ValueAndTimestamp } from '../../model/value-and-timestamp.ts'
import type { RecordBuffer } from '../../state/buffers/record-buffer.ts'
import type { Eviction } from '../../state/buffers/time-ordered-buffer.ts'
import { internal, type InternalProcessorContext } from '../internal-processor-context.ts'
import { makeGetter, type KTableValueGetter, type KTableValueGetterSupplier } from '../table/ktable-value-getter.ts'
import { lambdaResult } from '../lambda-result.ts'
import type { Processor, ProcessorContext } from '../processor.ts'
import { noKey, noValue } from '../skip-reasons.ts'

export interface KStreamKTableJoinOptions<K, V, KTable, VTable, VOut> {
  readonly kind: 'inner' | 'left'
  readonly table: KTableValueGetterSupplier<KTable, VTable>
  /** Returns the key to look up in the table. For a KTable it is the key of the record. Null finds no row. */
  readonly keySelector: (value: V, key: K) => KTable | null
  /** The user's joiner. `tableKey` is the key that was looked up (KIP-1340; Java: `ValueJoinerWithStreamAndMappedKey`). */
  readonly joiner: (value: V, tableValue: VTable | null, key: K, tableKey: KTable | null) => VOut
  /**
   * With a grace, records wait that long in a buffer, so that the table can catch up (KIP-923). Only joins with a KTable can have
   * it.
   */
  readonly grace?: { readonly graceMs: number; readonly bufferName: string } | undefined
}

/**
 * Joins each record of a stream with a row of a table, or of a global table (Java: `KStreamKTableJoin`,
 * `KStreamGlobalKTableJoin`). Records without value are dropped. A record without a key to look up is dropped by an inner join,
 * and joined with null by a left join (KIP-962).
 */
export class KStreamKTableJoin<K, V, KTable, VTable, VOut> implements Processor<K, V | null, K, VOut> {
  readonly #options: KStreamKTableJoinOptions<K, V, KTable, VTable, VOut>
  readonly #table: KTableValueGetter<KTable, VTable>
  #context!: InternalProcessorContext<K, VOut>
  #buffer: RecordBuffer<K, V> | undefined

  constructor(options: KStreamKTableJoinOptions<K, V, KTable, VTable, VOut>) {
    this.#options = options
    this.#table = makeGetter(options.table)
  }

  init(context: ProcessorContext<K, VOut>): void {
    this.#context = internal(context)
    this.#table.init(context, 'newest')
    const { grace } = this.#options
    if (grace !== undefined) this.#buffer = context.stateStore(grace.bufferName)
  }

  process(record: StreamRecord<K, V | null>): void {
    const { key, value } = record
    // Java calls the key selector before it looks at the value, so that a selector may fail on a null value.
    const tableKey = value === null && this.#context.compatibility === 'safe' ? null : this.#select(value as V, key)
    if (value === null) return this.#context.drop(noValue)
    if (tableKey === null && this.#options.kind === 'inner') return this.#context.drop(noKey)
    const { grace } = this.#options
    if (grace === undefined) this.#join(record as StreamRecord<K, V>, tableKey)
    else this.#hold(record as StreamRecord<K, V>, grace.graceMs)
  }

  /** Puts the record into the buffer. A record that is later than the grace, or has no key, is joined at once instead. */
  #hold(record: StreamRecord<K, V>, graceMs: number): void {
    const { key, value, timestamp } = record
    const buffer = this.#buffer!
    if (key === null && this.#context.compatibility === 'java') throw unheldKey(this.#context.nodeName)
    if (key === null || timestamp < buffer.streamTime - graceMs) return this.#join(record, key as KTable | null)
    buffer.put(key, value, this.#context.recordContext())
    buffer.evictUntil(buffer.streamTime - graceMs, this.#release)
  }

  readonly #release: Eviction<K, V> = (key, value, context) => {
    const record = streamRecord(key, value, context.timestamp, context.headers)
    this.#context.withRecordContext(context, () => this.#join(record, key as unknown as KTable))
  }

  #join(record: StreamRecord<K, V>, tableKey: KTable | null): void {
    const { key, value, timestamp, headers } = record
    const row = tableKey === null ? null : this.#row(tableKey, timestamp)
    if (row === null && this.#options.kind === 'inner') return
    const joined = this.#options.joiner(value, row === null ? null : row.value, key, tableKey)
    this.#context.forward(streamRecord(key, lambdaResult(joined, 'joiner', this.#context.nodeName), timestamp, headers))
  }

  /** Returns the row of the table. A versioned table gives the version at the timestamp of the record. */
  #row(key: KTable, timestamp: number): ValueAndTimestamp<VTable> | null {
    return this.#table.getAsOf === undefined ? this.#table.get(key) : this.#table.getAsOf(key, timestamp)
  }

  #select(value: V, key: K): KTable | null {
    return lambdaResult(this.#options.keySelector(value, key), 'key selector', this.#context.nodeName)
  }
}

function unheldKey(node: string): StreamsError {
  const message = `${node} cannot hold back a record without key if compatibility is 'java'. Filter such records out, or set compatibility to 'safe'.`
  return new StreamsError('STREAMS_NULL_KEY', message, { facts: { node } })
}
