import { assert, AssertionError } from '../../model/assert.ts'
import { asBuffer } from '../../model/bytes.ts'
import { readInt64, writeInt64 } from '../key-value/int64.ts'

/** The value of a key from a time on. A value of null means that the key was deleted then. */
export interface Version {
  readonly timestamp: number
  readonly value: Uint8Array | null
}

/**
 * Superseded versions of one key, the newest first. The first one is valid until `nextTimestamp`, each other until the timestamp of
 * the one before it. A history without versions means that the key was deleted at `nextTimestamp`.
 */
export interface VersionHistory {
  nextTimestamp: number
  readonly versions: Version[]
}

const noBytes = new Uint8Array(0)
const prefixBytes = 16
const versionBytes = 12

/** The index of the version that is valid at a time. The history must cover that time. */
export function indexAt({ versions }: VersionHistory, timestamp: number): number {
  const index = versions.findIndex((version) => version.timestamp <= timestamp)
  assert(index >= 0, 'The history covers the time.')
  return index
}

export function validToOf({ nextTimestamp, versions }: VersionHistory, index: number): number {
  return index === 0 ? nextTimestamp : versions[index - 1]!.timestamp
}

/** Adds a version before all others. If it begins after the end of the former newest version, the key was deleted in between. */
export function addNewest(history: VersionHistory, version: Version, validTo: number): void {
  const { nextTimestamp, versions } = history
  assert(version.timestamp >= nextTimestamp, 'The newest version comes after the others.')
  if (version.timestamp > nextTimestamp) versions.unshift({ timestamp: nextTimestamp, value: null })
  versions.unshift(version)
  history.nextTimestamp = validTo
}

/**
 * Writes Java's format: `next int64 ‖ oldest int64 ‖ (timestamp int64, size int32)* ‖ values, oldest first`. A size of −1 is a
 * deletion.
 */
export function encodeHistory({ nextTimestamp, versions }: VersionHistory): Uint8Array {
  const written = versions.length > 0 ? versions : [{ timestamp: nextTimestamp, value: null }]
  const values = written.flatMap(({ value }) => value ?? []).toReversed()
  const head = Buffer.allocUnsafe(prefixBytes + written.length * versionBytes)
  writeInt64(head, nextTimestamp, 0)
  writeInt64(head, written.at(-1)!.timestamp, 8)
  for (const [index, version] of written.entries()) writeVersionHead(head, prefixBytes + index * versionBytes, version)
  return Buffer.concat([head, ...values])
}

function writeVersionHead(target: Buffer, at: number, { timestamp, value }: Version): void {
  writeInt64(target, timestamp, at)
  target.writeInt32BE(value === null ? -1 : value.byteLength, at + 8)
}

/**
 * Does what {@link addNewest} does, in the written format. Most versions follow the one before without a gap. The others are then
 * not decoded.
 */
export function withNewest(encoded: Uint8Array | null, version: Version, validTo: number): Uint8Array {
  const { timestamp, value } = version
  if (encoded !== null && timestamp === nextTimestampOf(encoded) && timestamp > oldestTimestampOf(encoded)) {
    const head = Buffer.allocUnsafe(prefixBytes + versionBytes)
    writeInt64(head, validTo, 0)
    writeInt64(head, oldestTimestampOf(encoded), 8)
    writeVersionHead(head, prefixBytes, version)
    return Buffer.concat([head, encoded.subarray(prefixBytes), value ?? noBytes])
  }
  const history = encoded === null ? { nextTimestamp: timestamp, versions: [] } : decodeHistory(encoded)
  addNewest(history, version, validTo)
  return encodeHistory(history)
}

/** The version that is valid at a time, in the written format. The history must cover that time. Older versions are not read. */
export function versionAt(encoded: Uint8Array, atMs: number): Version {
  for (const version of eachVersion(encoded)) if (version.timestamp <= atMs) return version
  throw new AssertionError('The history covers the time.')
}

export function nextTimestampOf(encoded: Uint8Array): number {
  return readInt64(encoded, 0)
}

export function oldestTimestampOf(encoded: Uint8Array): number {
  return readInt64(encoded, 8)
}

export function decodeHistory(encoded: Uint8Array): VersionHistory {
  const nextTimestamp = nextTimestampOf(encoded)
  const isEmpty = nextTimestamp === oldestTimestampOf(encoded)
  return { nextTimestamp, versions: isEmpty ? [] : [...eachVersion(encoded)] }
}

function* eachVersion(encoded: Uint8Array): Generator<Version> {
  const bytes = asBuffer(encoded)
  const oldest = oldestTimestampOf(bytes)
  let end = bytes.byteLength
  for (let at = prefixBytes, timestamp = Infinity; timestamp !== oldest; at += versionBytes) {
    timestamp = readInt64(bytes, at)
    const size = bytes.readInt32BE(at + 8)
    const start = end - Math.max(size, 0)
    yield { timestamp, value: size < 0 ? null : bytes.subarray(start, end) }
    end = start
  }
}
