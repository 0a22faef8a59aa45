import { change, type Change } from '../../model/change.ts'
import { streamRecord, type StreamRecord } from '../../model/stream-record.ts'
import { internal, type InternalProcessorContext } from '../internal-processor-context.ts'
import { DerivedGetter, timestamped, type KTableValueGetterSupplier } from './ktable-value-getter.ts'
import { lambdaResult } from '../lambda-result.ts'
import { MaterializedTable } from './materialized-table.ts'
import type { Processor, ProcessorContext } from '../processor.ts'
import type { OldValues } from './timestamped-tuple-forwarder.ts'

/** Turns values into others, with stores (Java: `ValueTransformerWithKey`). One instance per task and per lookup. */
export interface ValueTransformer<K, V, VR> {
  init?(context: Omit<ProcessorContext<never, never>, 'forward'>): void
  /** `value` is null for a deleted key; a null result deletes. */
  transform(value: V | null, key: K): VR | null
  close?(): void
}

export interface KTableTransformValuesOptions<K, V, VR> {
  /** Of the results: a timestamped key-value store. Absent: they are computed where they are needed. */
  readonly storeName: string | undefined
  readonly oldValues: OldValues
  readonly transformer: ValueTransformer<K, V, VR>
}

/** A table whose values come from those of its parent through a transformer (Java: `KTableTransformValues`). */
export class KTableTransformValues<K, V, VR> implements Processor<K, Change<V>, K, Change<VR>> {
  readonly #options: KTableTransformValuesOptions<K, V, VR>
  #context!: InternalProcessorContext<K, Change<VR>>
  #table: MaterializedTable<K, VR> | undefined

  constructor(options: KTableTransformValuesOptions<K, V, VR>) {
    this.#options = options
  }

  init(context: ProcessorContext<K, Change<VR>>): void {
    this.#context = internal(context)
    this.#options.transformer.init?.(context)
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
    this.#options.transformer.close?.()
  }

  #oldValue({ oldValue }: Change<V>, key: K): VR | null {
    if (this.#table === undefined) return this.#transform(oldValue, key)
    return this.#table.get(key)?.value ?? null
  }

  #transform(value: V | null, key: K): VR | null {
    return lambdaResult(this.#options.transformer.transform(value, key), 'transformer', this.#context.nodeName)
  }
}

/** What `transformValues` makes of a table that is not materialised itself: each reader has a transformer of its own. */
export function transformedGetter<K, V, VR>(
  parent: KTableValueGetterSupplier<K, V>,
  supplier: () => ValueTransformer<K, V, VR>,
  nodeName: string,
): KTableValueGetterSupplier<K, VR> {
  return {
    storeNames: parent.storeNames,
    get: () => {
      const transformer = supplier()
      const getter = new DerivedGetter(parent.get(), (row, key) => {
        const value = lambdaResult(transformer.transform(row?.value ?? null, key), 'transformer', nodeName)
        return timestamped(value, row?.timestamp ?? -1)
      })
      return {
        init: (context, reads) => {
          getter.init(context, reads)
          transformer.init?.(context)
        },
        get: (key) => getter.get(key),
        get getAsOf() {
          return getter.getAsOf
        },
      }
    },
  }
}
