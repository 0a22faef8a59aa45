import { noHeaders } from '../../model/headers.ts'
import type { ChangelogRecord } from '../../state/state-store.ts'
import type { BoundSerde } from '../serdes/serialization.ts'
import type { RecordReader } from '../task/record-reader.ts'
import type { RestoredRecord } from './changelog.ts'

/**
 * A source topic that serves as the changelog of a store. The source skipped some of its records, and the store writes keys and values
 * in its own spelling: so a restore reads each record as the source did, and writes it as the store does. Whatever cannot be read
 * or written was skipped, because its offset is committed: no handler is asked a second time.
 */
export class SourceChangelog {
  readonly reader: RecordReader
  readonly #key: BoundSerde
  readonly #value: BoundSerde
  readonly #keys: 'serialized' | 'composed'
  #partitionTime = -1

  /** `key` and `value` are the store's serdes. `keys`: composed ones are kept as they are, because a serde alone cannot write them. */
  constructor(reader: RecordReader, key: BoundSerde, value: BoundSerde, keys: 'serialized' | 'composed') {
    this.reader = reader
    this.#key = key
    this.#value = value
    this.#keys = keys
  }

  /** What the store got of these records, which follow those of the last call. */
  accepted(records: readonly RestoredRecord[]): ChangelogRecord[] {
    return records.flatMap((record) => this.#accepted(record) ?? [])
  }

  /** Awaited before `accepted` with the same records: fetches what their serdes need. */
  async prepare(records: readonly ChangelogRecord[]): Promise<void> {
    const { key, value } = this.reader
    const keys = records.map((record) => record.key)
    const values = records.flatMap((record) => record.value ?? [])
    await key.serde.prepareRead?.(keys, key.context)
    await value.serde.prepareRead?.(values, value.context)
    await this.#key.serde.prepareWrite?.(this.#key.context)
    await this.#value.serde.prepareWrite?.(this.#value.context)
  }

  #accepted(record: RestoredRecord): ChangelogRecord | null {
    const accepted = this.#isWritten(record) ? record : this.#rewritten(record)
    if (accepted !== null && accepted.timestamp > this.#partitionTime) this.#partitionTime = accepted.timestamp
    return accepted
  }

  /** Whether the record is what the store would write, as may be said without decoding it. */
  #isWritten({ key, value, timestamp }: RestoredRecord): boolean {
    const { reader } = this
    if (!reader.keepsTimestamp(timestamp) || !isWrittenBy(this.#key, reader.key, key)) return false
    return value === null ? reader.keepsNulls : isWrittenBy(this.#value, reader.value, value)
  }

  #rewritten(record: RestoredRecord): ChangelogRecord | null {
    try {
      const read = this.reader.reread(record, this.#partitionTime)
      const key = read && (this.#keys === 'composed' ? record.key : this.#key.write(read.key, noHeaders))
      if (read === null || key === null) return null
      const { timestamp, headers } = read
      return { key, value: this.#value.write(read.value, noHeaders), timestamp, headers }
    } catch {
      return null
    }
  }
}

function isWrittenBy({ serde }: BoundSerde, source: BoundSerde, bytes: Uint8Array): boolean {
  return serde === source.serde && serde.canonical === true && serde.accepts!(bytes)
}
