import { change } from '../../model/change.ts'
import type { RowFlushListener } from './caching-rows.ts'
import type { FlushListener } from './flush-listener.ts'
import type { RowCodec } from '../key-value/row-codec.ts'
import type { Row } from '../key-value/row.ts'

/**
 * Turns the flush listener of an operator, which takes values, into one of a cache, which has rows. Deletions, and rows without
 * timestamps, are forwarded with the timestamp of their input record (Java: `TimestampedCacheFlushListener`).
 */
export function rowFlushListener<K, V>(
  listener: FlushListener<K, unknown>,
  decodeKey: (key: string) => K,
  codec: RowCodec<V>,
): RowFlushListener {
  const value = (row: Row | null): unknown => (row === null ? null : codec.valueOf(row))
  return (key, newRow, oldRow, context) => {
    const timestamp = newRow === null ? null : codec.timestampOf(newRow)
    listener(decodeKey(key), change(value(newRow), value(oldRow)), timestamp ?? context.timestamp)
  }
}
