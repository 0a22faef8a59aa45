import type { RawRecord } from 'millrace'
import type { Cause, FeedRecord } from '../../contracts/feed.ts'
import { headerText } from './header-text.ts'

type Headers = Pick<RawRecord, 'headers'>

/**
 * The change in SQL that led to a record, from its header `source.position`: `database.table:position:index`, where the index numbers the
 * records of one change. The cause is what its records have in common.
 */
export function causeOf(record: Headers): Cause {
  const position = headerText(record, 'source.position')
  return position === null ? null : position.replace(/:\d+$/, '')
}

/** Debezium's letter, from the header `op`. */
export function opOf(record: Headers): FeedRecord['op'] {
  const op = headerText(record, 'op')
  return op === 'c' || op === 'u' || op === 'd' || op === 'r' ? op : null
}
