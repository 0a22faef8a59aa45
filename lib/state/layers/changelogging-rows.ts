import { fromLatin1 } from '../../model/bytes.ts'
import { noHeaders } from '../../model/headers.ts'
import type { Row } from '../key-value/row.ts'
import type { ChangelogSink, StateStoreContext } from '../state-store.ts'
import type { StoredValues, StoreSpecBase } from '../store-spec.ts'

/**
 * Writes one record of a changelog (Java: `ProcessorContextImpl.logChange`). Its value is that of the row, without the timestamp.
 */
export type ChangelogWriter = (key: string, row: Row | null) => void

/**
 * The record of a timestamped row has the row's timestamp. The record of a plain row, or of a deletion, has that of the input
 * record.
 */
export function changelogWriter(
  sink: ChangelogSink,
  spec: Pick<StoreSpecBase<unknown, unknown>, 'changelogHeaders'> & { readonly values?: StoredValues },
  context: StateStoreContext,
): ChangelogWriter {
  const isTimestamped = spec.values === 'timestamped'
  const withHeaders = spec.changelogHeaders === 'record'
  return (key, row) => {
    const timestamp = row !== null && isTimestamped ? row.timestamp : context.recordContext().timestamp
    const headers = withHeaders ? context.recordContext().headers : noHeaders
    sink.append(fromLatin1(key), row && row.bytes, timestamp, headers)
  }
}
