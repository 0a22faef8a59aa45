import type { ByteKey } from '../../kernel/byte-key.ts'
import { asBuffer } from '../../model/bytes.ts'
import { checkOptions, type OptionNames } from '../../model/check-options.ts'
import { valueAndTimestamp, type ValueAndTimestamp } from '../../model/value-and-timestamp.ts'
import { isBehind, positioned } from '../key-value/row-iterators.ts'
import { RowView } from '../key-value/row-view.ts'
import type { StoreKeys } from '../key-value/store-keys.ts'
import type { ViewCodec } from '../key-value/view-codec.ts'
import { LayeredStateStore } from '../layers/layered-state-store.ts'
import { noBudget, type RestoreBudget } from '../restore-budget.ts'
import type { ChangelogRecord, StateStore } from '../state-store.ts'
import type { VersionedKeyValueStoreSpec } from '../store-spec.ts'
import type { HistoryOptions, ValidTo, VersionedKeyValueStore, VersionedRecord } from './versioned-key-value-store.ts'
import type { SegmentedVersionedRows } from './segmented-versioned-rows.ts'
import type { FoundVersion, VersionedRows } from './versioned-rows.ts'

export interface VersionedLayers<K, V> {
  readonly spec: VersionedKeyValueStoreSpec<unknown, unknown>
  readonly keys: StoreKeys<K>
  readonly codec: ViewCodec<ValueAndTimestamp<V>>
  /** The uppermost layer: reads and writes begin there. */
  readonly top: VersionedRows
  /** The lowest layer: it keeps the rows. */
  readonly base: SegmentedVersionedRows
}

/** A versioned store as operators see it: keys and values of the user's types over the layers of bytes. */
export class VersionedStateStore<K, V>
  extends LayeredStateStore<VersionedKeyValueStoreSpec<unknown, unknown>>
  implements StateStore, VersionedKeyValueStore<K, V>
{
  readonly #layers: VersionedLayers<K, V>
  readonly #top: VersionedRows
  readonly #view = new RowView()

  constructor(layers: VersionedLayers<K, V>) {
    super(layers)
    this.#layers = layers
    this.#top = layers.top
  }

  get(key: K, asOfMs?: number): ValueAndTimestamp<V> | null {
    const bytes = this.#encode(key)
    const row = asOfMs === undefined ? this.#top.get(bytes) : this.#top.getAsOf(bytes, asOfMs)
    return row === null ? null : this.#layers.codec.fromRow(row)
  }

  /**
   * `after`: the position, a time, where an earlier iterator over the same versions stopped. The versions behind it are returned.
   */
  history(key: K, options: HistoryOptions = {}, after?: string): IterableIterator<VersionedRecord<V>> {
    checkOptions('history()', options, historyOptions)
    const { fromMs = -Infinity, toMs = Infinity, order = 'ascending' } = options
    const isLeft = isBehind(after, (left, right) => Number(left) - Number(right), order === 'descending')
    const kept = this.#top.versions(this.#encode(key)).filter(({ row, validTo }) => row.timestamp <= toMs && validTo > fromMs)
    const rows = (order === 'ascending' ? kept.toReversed() : kept).map((found) => [String(found.row.timestamp), found] as const)
    return positioned(rows.filter(([time]) => isLeft(time)).values(), ([, found]) => this.#record(found))
  }

  put(key: K, value: V | null, timestamp: number): ValidTo {
    const row = value === null ? null : this.#layers.codec.toRow(valueAndTimestamp(value, timestamp), this.#view)
    return this.#top.put(this.#encode(key), row, timestamp)
  }

  delete(key: K, timestamp: number): ValueAndTimestamp<V> | null {
    const old = this.get(key, timestamp)
    return this.put(key, null, timestamp) === 'not-put' ? null : old
  }

  restore(records: readonly ChangelogRecord[], budget: RestoreBudget = noBudget): number {
    return this.#layers.base.restore(records, budget, ({ value, timestamp }) =>
      value === null ? null : this.#view.set(asBuffer(value), 0, value.byteLength, timestamp),
    )
  }

  #encode(key: K): ByteKey {
    this.checkOpen()
    return this.#layers.keys.encode(key)
  }

  #record({ row, validTo }: FoundVersion): VersionedRecord<V> {
    return { ...this.#layers.codec.fromRow(row), validTo }
  }
}

const historyOptions: OptionNames<HistoryOptions> = { fromMs: true, toMs: true, order: true }
