import type { ChangelogWriter } from './changelogging-rows.ts'
import type { KeyedRow, Row } from '../key-value/row.ts'
import type { SessionRange, SessionRows } from '../session/session-rows.ts'
import type { KeyRange } from '../window/window-rows.ts'

/**
 * The layer that writes each put of a session store to its changelog. As in Java it also writes expired sessions, which the store
 * drops.
 */
export class ChangeloggingSessionRows implements SessionRows {
  readonly #inner: SessionRows
  readonly #log: ChangelogWriter

  constructor(inner: SessionRows, log: ChangelogWriter) {
    this.#inner = inner
    this.#log = log
  }

  get(sessionKey: string): Row | null {
    return this.#inner.get(sessionKey)
  }

  put(sessionKey: string, row: Row | null): void {
    this.#inner.put(sessionKey, row)
    this.#log(sessionKey, row)
  }

  remove(sessionKey: string): void {
    this.#inner.remove(sessionKey)
    this.#log(sessionKey, null)
  }

  find(key: string, sessions: SessionRange): IterableIterator<KeyedRow> {
    return this.#inner.find(key, sessions)
  }

  findRange(keys: KeyRange, sessions: SessionRange): IterableIterator<KeyedRow> {
    return this.#inner.findRange(keys, sessions)
  }
}
