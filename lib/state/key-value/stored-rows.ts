import type { VersionedTable } from '../../kernel/versioned-table.ts'
import { asBuffer, copyOf, latin1 } from '../../model/bytes.ts'
import type { StorageRange, StorageTable, StorageWrite } from '../../storage/storage.ts'
import { readInt64, writeInt64 } from './int64.ts'
import { translated } from './row-iterators.ts'
import { RowView } from './row-view.ts'
import { row, type KeyedRow } from './row.ts'
import type { ViewFormat } from './view-codec.ts'

/** Where a table of rows is stored, and how. */
export interface StoredRows {
  readonly table: StorageTable
  readonly format: ViewFormat
}

/** Points a view at a row as storage has it. */
export function viewStored({ headBytes, untimed }: ViewFormat, stored: Uint8Array, view: RowView): RowView {
  const timestamp = headBytes === 0 ? untimed : readInt64(stored, 0)
  return view.set(asBuffer(stored), headBytes, stored.byteLength - headBytes, timestamp)
}

export function scanStored({ table, format }: StoredRows, range: StorageRange): IterableIterator<KeyedRow> {
  const view = new RowView()
  return translated(table.iterate(range), ({ key, value }) => {
    const { timestamp } = viewStored(format, value, view)
    return [latin1(key), row(view.slice(), timestamp)]
  })
}

/** The write that stores a version of a row, or removes it from storage. */
export function storageWrite({ table, format }: StoredRows, rows: VersionedTable, row: number, version: number): StorageWrite {
  const { bytes } = rows
  const key = copyOf(bytes, rows.keyAt(row), rows.keyLength(row))
  const length = rows.valueLength(version)
  const value = length < 0 ? null : storedBytes(format, bytes, rows.valueAt(version), length, rows.timestamp(version))
  return { table, key, value }
}

/** The bytes that storage keeps of a row. */
export function storedBytes({ headBytes }: ViewFormat, bytes: Buffer, at: number, length: number, timestamp: number): Buffer {
  const stored = Buffer.allocUnsafe(headBytes + length)
  if (headBytes > 0) writeInt64(stored, timestamp, 0)
  bytes.copy(stored, headBytes, at, at + length)
  return stored
}
