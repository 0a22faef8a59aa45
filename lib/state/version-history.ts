import { assert } from '../model/assert.ts'
import { readInt64, writeInt64 } from './row-codec.ts'

/** Null is a deletion. */
export interface Version {
  readonly timestamp: number
  readonly value: Uint8Array | null
}

/**
 * Superseded versions of one key, newest first: each is valid until the one before it, the first until `nextTimestamp`. Without versions
 * it says only that the key was deleted at `nextTimestamp`.
 */
export interface VersionHistory {
  nextTimestamp: number
  readonly versions: Version[]
}

const prefixBytes = 16
const versionBytes = 12

/** The version that is valid at a time which the history covers. */
export function indexAt({ versions }: VersionHistory, timestamp: number): number {
  const index = versions.findIndex((version) => version.timestamp <= timestamp)
  assert(index >= 0, 'the history covers the time')
  return index
}

export function validToOf({ nextTimestamp, versions }: VersionHistory, index: number): number {
  return index === 0 ? nextTimestamp : versions[index - 1]!.timestamp
}

/** A gap before it is a deletion. */
export function addNewest(history: VersionHistory, version: Version, validTo: number): void {
  const { nextTimestamp, versions } = history
  assert(version.timestamp >= nextTimestamp, 'the newest version comes after the others')
  if (version.timestamp > nextTimestamp) versions.unshift({ timestamp: nextTimestamp, value: null })
  versions.unshift(version)
  history.nextTimestamp = validTo
}

/** As Java lays it out: `next int64 ‖ oldest int64 ‖ (timestamp int64, size int32)* ‖ values, oldest first`; size −1 is a deletion. */
export function encodeHistory({ nextTimestamp, versions }: VersionHistory): Uint8Array {
  const written = versions.length > 0 ? versions : [{ timestamp: nextTimestamp, value: null }]
  const values = written.flatMap(({ value }) => value ?? []).toReversed()
  const head = Buffer.allocUnsafe(prefixBytes + written.length * versionBytes)
  writeInt64(head, nextTimestamp, 0)
  writeInt64(head, written.at(-1)!.timestamp, 8)
  for (const [index, { timestamp, value }] of written.entries()) {
    const at = prefixBytes + index * versionBytes
    writeInt64(head, timestamp, at)
    head.writeInt32BE(value === null ? -1 : value.byteLength, at + 8)
  }
  return Buffer.concat([head, ...values])
}

export function nextTimestampOf(encoded: Uint8Array): number {
  return readInt64(encoded, 0)
}

export function oldestTimestampOf(encoded: Uint8Array): number {
  return readInt64(encoded, 8)
}

export function decodeHistory(encoded: Uint8Array): VersionHistory {
  const [nextTimestamp, oldest] = [nextTimestampOf(encoded), oldestTimestampOf(encoded)]
  if (nextTimestamp === oldest) return { nextTimestamp, versions: [] }
  const bytes = Buffer.from(encoded.buffer, encoded.byteOffset, encoded.byteLength)
  const versions: Version[] = []
  let end = bytes.byteLength
  for (let at = prefixBytes, timestamp = Infinity; timestamp !== oldest; at += versionBytes) {
    timestamp = readInt64(bytes, at)
    const size = bytes.readInt32BE(at + 8)
    const start = end - Math.max(size, 0)
    versions.push({ timestamp, value: size < 0 ? null : bytes.subarray(start, end) })
    end = start
  }
  return { nextTimestamp, versions }
}
