import type { NotPromise } from '../../model/promise-like.ts'
import { change, type Change } from '../../model/change.ts'
import { streamRecord, type StreamRecord } from '../../model/stream-record.ts'
import type { ValueAndTimestamp } from '../../model/value-and-timestamp.ts'
import { internal, type InternalProcessorContext } from '../internal-processor-context.ts'
import { RowGetter, timestamped, type KTableValueGetterSupplier, type TableReads } from './ktable-value-getter.ts'
import { lambdaResult, noResult } from '../lambda-result.ts'
import { MaterializedTable } from './materialized-table.ts'
import type { Processor, ProcessorContext } from '../processor.ts'
import type { OldValues } from './timestamped-tuple-forwarder.ts'

/**
 * Maps values, and may use stores (Java: `ValueTransformerWithKey`). Each task has its own instance, and each join that reads the
 * table as well.
 */
export interface ValueTransformer<K, V, VR> {
  /** Called once, before the first value. */
  init?(context: Omit<ProcessorContext<never, never>, 'forward'>): NotPromise
  /** Returns the new value. `value` is null if the key was deleted. A null result deletes the key. */
  transform(value: V | null, key: K): VR | null
  /** Called when the task closes. */
  close?(): NotPromise
}

export interface KTableTransformValuesOptions<K, V, VR> {
  /** A timestamped key-value store of the results. Absent: readers compute them from the parent table. */
  readonly storeName: string | undefined
  readonly oldValues: OldValues
  readonly nodeName: string
  /** Makes a transformer. Each processor has its own. */
  readonly transformer: () => ValueTransformer<K, V, VR>
}

/** A table whose values a transformer computes from the values of its parent (Java: `KTableTransformValues`). */
export class KTableTransformValues<K, V, VR> implements Processor<K, Change<V>, K, Change<VR>> {
  readonly #options: KTableTransformValuesOptions<K, V, VR>
  readonly #transformer: ValueTransformer<K, V, VR>
  #context!: InternalProcessorContext<K, Change<VR>>
  #table: MaterializedTable<K, VR> | undefined

  constructor(options: KTableTransformValuesOptions<K, V, VR>) {
    this.#options = options
    this.#transformer = lambdaResult(options.transformer(), 'supplier', options.nodeName)
  }

  init(context: ProcessorContext<K, Change<VR>>): void {
    this.#context = internal(context)
    noResult(this.#transformer.init?.(context), 'init of the transformer', this.#context.nodeName)
    const { storeName, oldValues } = this.#options
    if (storeName !== undefined) this.#table = new MaterializedTable(this.#context, storeName, oldValues)
  }

  process(record: StreamRecord<K, Change<V>>): void {
    const { key, value, timestamp, headers } = record
    const newValue = this.#transform(value.newValue, key)
    const oldValue = this.#options.oldValues === 'send' ? this.#oldValue(value, key) : null
    if (this.#table === undefined)
      return this.#context.forward(streamRecord(key, change(newValue, oldValue, value.isLatest), timestamp, headers))
    this.#table.update(key, newValue, oldValue, timestamp, record)
  }

  close(): void {
    noResult(this.#transformer.close?.(), 'close of the transformer', this.#options.nodeName)
  }

  #oldValue({ oldValue }: Change<V>, key: K): VR | null {
    if (this.#table === undefined) return this.#transform(oldValue, key)
    return this.#table.get(key)?.value ?? null
  }

  #transform(value: V | null, key: K): VR | null {
    return lambdaResult(this.#transformer.transform(value, key), 'transformer', this.#context.nodeName)
  }
}

export interface TransformedTable<K, V, VR> {
  readonly parent: KTableValueGetterSupplier<K, V>
  readonly transformer: () => ValueTransformer<K, V, VR>
  readonly nodeName: string
}

/** Reads a table of `transformValues` that has no store. Each reader has a transformer of its own. */
export function transformedGetter<K, V, VR>(table: TransformedTable<K, V, VR>): KTableValueGetterSupplier<K, VR> {
  return { storeNames: table.parent.storeNames, getter: TransformedGetter<K, V, VR>, options: table }
}

class TransformedGetter<K, V, VR> extends RowGetter<K, V, VR> {
  readonly #transformer: ValueTransformer<K, V, VR>
  readonly #nodeName: string

  constructor({ parent, transformer, nodeName }: TransformedTable<K, V, VR>) {
    super(parent)
    this.#transformer = lambdaResult(transformer(), 'supplier', nodeName)
    this.#nodeName = nodeName
  }

  override init(context: ProcessorContext<never, never>, reads: TableReads): void {
    super.init(context, reads)
    noResult(this.#transformer.init?.(context), 'init of the transformer', this.#nodeName)
  }

  protected row(parent: ValueAndTimestamp<V> | null, key: K): ValueAndTimestamp<VR> | null {
    const value = lambdaResult(this.#transformer.transform(parent?.value ?? null, key), 'transformer', this.#nodeName)
    return timestamped(value, parent?.timestamp ?? -1)
  }
}
