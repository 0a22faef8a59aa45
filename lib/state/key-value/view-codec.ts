import { valueAndTimestamp, type ValueAndTimestamp } from '../../model/value-and-timestamp.ts'
import type { StoreSerde } from '../store-serde.ts'
import type { RowView } from './row-view.ts'

/** How storage keeps rows. */
export interface ViewFormat {
  /** The bytes before a value in storage: 8 for a timestamp int64, as Java's timestamped stores have it, or none. */
  readonly headBytes: 0 | 8
  /** The timestamp of a stored row where storage has none. */
  readonly untimed: number
}

/** Turns values of the user's type into rows, and back. V is the value itself, or `ValueAndTimestamp`. */
export interface ViewCodec<V> extends ViewFormat {
  /** Points the view at the bytes of a value. Null: the value stands for no row. */
  toRow(value: V, view: RowView): RowView | null
  fromRow(row: RowView): V
  /** The value without its timestamp, as operators forward it. */
  valueOf(row: RowView): unknown
  /** Null if the store keeps no timestamps. */
  timestampOf(row: RowView): number | null
  /** The timestamp of a row from a changelog record, which has the row's timestamp as its own. */
  restoredTimestamp(timestamp: number): number
}

/** The format of rows without timestamps: the bytes of the value. */
export const plainFormat: ViewFormat = { headBytes: 0, untimed: 0 }

/** The codec of stores that keep values without timestamps. */
export function plainViews<V>(serde: StoreSerde<V>): ViewCodec<V> {
  const fromRow = (row: RowView): V => serde.deserializeRow(row)
  return {
    ...plainFormat,
    toRow: (value, view) => pointAt(view, serde, value, 0),
    fromRow,
    valueOf: fromRow,
    timestampOf: () => null,
    restoredTimestamp: () => 0,
  }
}

/** The codec of stores that keep a timestamp beside each value. */
export function timestampedViews<V>(serde: StoreSerde<V>): ViewCodec<ValueAndTimestamp<V>> {
  return {
    headBytes: 8,
    untimed: 0,
    toRow: ({ value, timestamp }, view) => (value === null ? null : pointAt(view, serde, value, timestamp)),
    fromRow: (row) => valueAndTimestamp(serde.deserializeRow(row), row.timestamp),
    valueOf: (row) => serde.deserializeRow(row),
    timestampOf: ({ timestamp }) => timestamp,
    restoredTimestamp: (timestamp) => timestamp,
  }
}

/** The codec of Java's timestamped store over a plain supplier. Storage has no place for timestamps, so they are read back as −1. */
export function untimedViews<V>(serde: StoreSerde<V>): ViewCodec<ValueAndTimestamp<V>> {
  return { ...timestampedViews(serde), headBytes: 0, untimed: -1, restoredTimestamp: () => -1 }
}

function pointAt<V>(view: RowView, serde: StoreSerde<V>, value: V, timestamp: number): RowView {
  serde.serializeTo(view, value, timestamp)
  return view
}
