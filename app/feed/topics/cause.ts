import type { RawRecord } from 'millrace'
import type { Cause } from '../../contracts/feed.ts'
import type { FeedRecord } from '../../contracts/feed.ts'

type Headers = RawRecord['headers']

/**
 * The change in SQL that led to a record, from its header `source.position`: `database.table:position:index`, where the index numbers the
 * records of one change. The cause is what its records have in common.
 */
export function causeOf(headers: Headers): Cause {
  const position = textOf(headers, 'source.position')
  return position === null ? null : position.replace(/:\d+$/, '')
}

/** Debezium's letter, from the header `op`. */
export function opOf(headers: Headers): FeedRecord['op'] {
  const op = textOf(headers, 'op')
  return op === 'c' || op === 'u' || op === 'd' || op === 'r' ? op : null
}

function textOf(headers: Headers, name: string): string | null {
  const value = headers.findLast(({ key }) => key === name)?.value
  return value === undefined || value === null ? null : Buffer.from(value).toString()
}
