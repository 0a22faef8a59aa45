import type { ValueAndTimestamp } from '../../../lib/model/value-and-timestamp.ts'
import type { ValidTo, VersionedRecord } from '../../../lib/state/versioned/versioned-key-value-store.ts'

interface Version {
  readonly value: string | null
  readonly timestamp: number
}

/** What a versioned store is, for the reader: all versions of each key, deletions included, in the order of time. */
export class VersionModel {
  readonly #historyMs: number
  readonly #versions = new Map<string, Version[]>()
  #newest = -1

  constructor(historyMs: number) {
    this.#historyMs = historyMs
  }

  put(key: string, value: string | null, timestamp: number): ValidTo {
    if (timestamp < this.#newest - this.#historyMs) return 'not-put'
    this.#newest = Math.max(this.#newest, timestamp)
    const others = this.#of(key).filter((version) => version.timestamp !== timestamp)
    this.#versions.set(
      key,
      [...others, { value, timestamp }].sort((left, right) => left.timestamp - right.timestamp),
    )
    return this.#validTo(key, timestamp)
  }

  get(key: string, asOf = Infinity): ValueAndTimestamp<string> | null {
    const found = this.#of(key).findLast(({ timestamp }) => timestamp <= asOf)
    if (found === undefined || found.value === null) return null
    const isReadable = asOf >= this.#newest - this.#historyMs || this.#validTo(key, found.timestamp) === Infinity
    return isReadable ? { value: found.value, timestamp: found.timestamp } : null
  }

  history(key: string): VersionedRecord<string>[] {
    return this.#of(key).flatMap(({ value, timestamp }) =>
      value === null ? [] : [{ value, timestamp, validTo: this.#validTo(key, timestamp) }],
    )
  }

  #of(key: string): readonly Version[] {
    return this.#versions.get(key) ?? []
  }

  #validTo(key: string, timestamp: number): number {
    return this.#of(key).find((version) => version.timestamp > timestamp)?.timestamp ?? Infinity
  }
}
