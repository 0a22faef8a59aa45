import type { ByteKey } from '../../kernel/byte-key.ts'
import type { RowView } from '../key-value/row-view.ts'
import type { KeyedRow } from '../key-value/row.ts'
import type { SessionRange, SessionRows } from '../session/session-rows.ts'
import type { KeyRange } from '../window/window-rows.ts'
import type { ByteChangelogWriter } from './changelogging-byte-rows.ts'

/**
 * The layer that writes each put of a session store to its changelog. As in Java it also writes expired sessions, which the store
 * drops.
 */
export class ChangeloggingSessionRows implements SessionRows {
  readonly #inner: SessionRows
  readonly #log: ByteChangelogWriter

  constructor(inner: SessionRows, log: ByteChangelogWriter) {
    this.#inner = inner
    this.#log = log
  }

  get(session: ByteKey): RowView | null {
    return this.#inner.get(session)
  }

  put(session: ByteKey, row: RowView | null): void {
    this.#inner.put(session, row)
    this.#log(session, row)
  }

  remove(session: ByteKey): void {
    this.#inner.remove(session)
    this.#log(session, null)
  }

  find(key: ByteKey, sessions: SessionRange): IterableIterator<KeyedRow> {
    return this.#inner.find(key, sessions)
  }

  findRange(keys: KeyRange, sessions: SessionRange): IterableIterator<KeyedRow> {
    return this.#inner.findRange(keys, sessions)
  }
}
