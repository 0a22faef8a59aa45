import type { Headers } from '../model/headers.ts'
import type { RecordBatch } from '../transport/record-batch/record-batch.ts'

export interface SingleRecord {
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly timestamp: number
  readonly headers: Headers
}

/** A batch of one record. The test driver hands records to tasks in such batches. */
export class SingleRecordBatch implements RecordBatch {
  readonly baseOffset: number
  readonly nextOffset: number
  readonly partitionLeaderEpoch = -1
  readonly producerId = -1
  readonly producerEpoch = -1
  readonly baseSequence = -1
  readonly isTransactional = false
  readonly isControl = false
  readonly maxTimestamp: number
  readonly count = 1
  readonly byteLength: number
  readonly #record: SingleRecord

  constructor(offset: number, record: SingleRecord) {
    this.baseOffset = offset
    this.nextOffset = offset + 1
    this.maxTimestamp = record.timestamp
    this.byteLength = (record.key?.byteLength ?? 0) + (record.value?.byteLength ?? 0)
    this.#record = record
  }

  /** The key, and behind it the value. */
  get bytes(): Uint8Array {
    const { key, value } = this.#record
    return Buffer.concat([key, value].filter((part) => part !== null))
  }

  keyAt(): number {
    return 0
  }

  keyLength(): number {
    return this.#record.key?.byteLength ?? -1
  }

  valueAt(): number {
    return this.#record.key?.byteLength ?? 0
  }

  valueLength(): number {
    return this.#record.value?.byteLength ?? -1
  }

  offset(): number {
    return this.baseOffset
  }

  timestamp(): number {
    return this.#record.timestamp
  }

  key(): Uint8Array | null {
    return this.#record.key
  }

  value(): Uint8Array | null {
    return this.#record.value
  }

  headers(): Headers {
    return this.#record.headers
  }
}
