import { fromLatin1 } from '../../model/bytes.ts'
import { noHeaders } from '../../model/headers.ts'
import type { OrderedRange } from '../../storage/ordered-map.ts'
import type { KeyedRow, Row } from '../key-value/row.ts'
import type { RowStore } from '../key-value/row-store.ts'
import type { ChangelogSink, StateStoreContext } from '../state-store.ts'
import type { KeyValueStoreSpec, SessionStoreSpec, WindowStoreSpec } from '../store-spec.ts'

/** Writes one record of a changelog (Java: `ProcessorContextImpl.logChange`): the plain value, in most stores without headers. */
export type ChangelogWriter = (key: string, row: Row | null) => void

/** The time of a timestamped row is its own; that of a plain row, or of a deletion, is the input record's. */
export function changelogWriter(
  sink: ChangelogSink,
  spec: KeyValueStoreSpec<unknown, unknown> | WindowStoreSpec<unknown, unknown> | SessionStoreSpec<unknown, unknown>,
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

/** Every write of a key-value store goes to its changelog, deletions of what is not there included, as in Java. */
export class ChangeloggingRows implements RowStore {
  readonly #inner: RowStore
  readonly #log: ChangelogWriter

  constructor(inner: RowStore, log: ChangelogWriter) {
    this.#inner = inner
    this.#log = log
  }

  get(key: string): Row | null {
    return this.#inner.get(key)
  }

  put(key: string, row: Row | null): void {
    this.#inner.put(key, row)
    this.#log(key, row)
  }

  scan(range: OrderedRange): IterableIterator<KeyedRow> {
    return this.#inner.scan(range)
  }

  count(): number {
    return this.#inner.count()
  }
}
