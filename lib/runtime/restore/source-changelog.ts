import { noHeaders } from '../../model/headers.ts'
import type { ChangelogRecord } from '../../state/state-store.ts'
import type { BoundSerde } from '../serdes/serialization.ts'
import type { RecordReader } from '../task/record-reader.ts'
import type { RestoredRecord } from './changelog.ts'

/**
 * A source topic that serves as the changelog of a store. The source may have skipped some of its records, and the store may
 * serialize keys and values to other bytes. So a restore reads each record as the source did, and serializes it as the store does.
 * A record that cannot be read or serialized was skipped in its time, since its offset is committed. No handler is asked about it a
 * second time.
 */
export class SourceChangelog {
  readonly reader: RecordReader
  readonly #key: BoundSerde
  readonly #value: BoundSerde
  readonly #keys: 'serialized' | 'composed'
  #partitionTime = -1

  /**
   * `key` and `value` are the store's serdes. Keys that are `composed` are kept as they are, because a serde alone cannot write
   * them.
   */
  constructor(reader: RecordReader, key: BoundSerde, value: BoundSerde, keys: 'serialized' | 'composed') {
    this.reader = reader
    this.#key = key
    this.#value = value
    this.#keys = keys
  }

  /** The records that the store took, in its own bytes. The records of one call follow those of the call before. */
  accepted(records: readonly RestoredRecord[]): RestoredRecord[] {
    return records.flatMap((record) => this.#accepted(record) ?? [])
  }

  /** Awaited before `accepted`, with the same records, so that their serdes can fetch what they need. */
  async prepare(records: readonly ChangelogRecord[]): Promise<void> {
    const { key, value } = this.reader
    const keys = records.map((record) => record.key)
    const values = records.flatMap((record) => record.value ?? [])
    await key.serde.prepareRead?.(keys, key.context)
    await value.serde.prepareRead?.(values, value.context)
    await this.#key.serde.prepareWrite?.(this.#key.context)
    await this.#value.serde.prepareWrite?.(this.#value.context)
  }

  #accepted(record: RestoredRecord): RestoredRecord | null {
    const accepted = this.#isWritten(record) ? record : this.#rewritten(record)
    if (accepted !== null && accepted.timestamp > this.#partitionTime) this.#partitionTime = accepted.timestamp
    return accepted
  }

  /** True if the record is known, without decoding it, to have the bytes that the store would write. */
  #isWritten({ key, value, timestamp }: RestoredRecord): boolean {
    const { reader } = this
    if (!reader.keepsTimestamp(timestamp) || !isWrittenBy(this.#key, reader.key, key)) return false
    return value === null ? reader.keepsNulls : isWrittenBy(this.#value, reader.value, value)
  }

  #rewritten(record: RestoredRecord): RestoredRecord | null {
    try {
      const read = this.reader.reread(record, this.#partitionTime)
      const key = read && (this.#keys === 'composed' ? record.key : this.#key.write(read.key, noHeaders))
      if (read === null || key === null) return null
      const { timestamp, headers } = read
      return { offset: record.offset, key, value: this.#value.write(read.value, noHeaders), timestamp, headers }
    } catch {
      return null
    }
  }
}

function isWrittenBy({ serde }: BoundSerde, source: BoundSerde, bytes: Uint8Array): boolean {
  return serde === source.serde && serde.canonical === true && serde.accepts!(bytes)
}
