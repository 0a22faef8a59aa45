import type { ByteKey } from '../../kernel/byte-key.ts'
import { noHeaders } from '../../model/headers.ts'
import type { RowView } from '../key-value/row-view.ts'
import type { ChangelogSink } from '../state-store.ts'
import type { ValidTo } from '../versioned/versioned-key-value-store.ts'
import type { FoundVersion, VersionedRows } from '../versioned/versioned-rows.ts'

/**
 * The layer that writes each version of a versioned store to its changelog, with the time of the version. As in Java it also writes
 * versions that came too late for the store.
 */
export class ChangeloggingVersionedRows implements VersionedRows {
  readonly #inner: VersionedRows
  readonly #changelog: ChangelogSink

  constructor(inner: VersionedRows, changelog: ChangelogSink) {
    this.#inner = inner
    this.#changelog = changelog
  }

  get(key: ByteKey): RowView | null {
    return this.#inner.get(key)
  }

  getAsOf(key: ByteKey, timestamp: number): RowView | null {
    return this.#inner.getAsOf(key, timestamp)
  }

  versions(key: ByteKey): readonly FoundVersion[] {
    return this.#inner.versions(key)
  }

  put(key: ByteKey, value: RowView | null, timestamp: number): ValidTo {
    const validTo = this.#inner.put(key, value, timestamp)
    this.#changelog.append(key, value, timestamp, noHeaders)
    return validTo
  }
}
