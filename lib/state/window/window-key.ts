import type { ByteKey } from '../../kernel/byte-key.ts'
import { windowSuffixBytes } from '../../kernel/windowed-table.ts'
import { fromLatin1, latin1, latin1Slice } from '../../model/bytes.ts'
import { readInt64, writeInt64 } from '../key-value/int64.ts'

const scratch = Buffer.alloc(8)

/** A key as latin1. */
export function textOf({ bytes, at, length }: ByteKey): string {
  return latin1Slice(bytes, at, at + length)
}

/** The window key, in the changelog and on disk: `key ‖ start int64 ‖ seq int32`, as latin1. */
export function windowKey(key: string, startMs: number, sequence: number): string {
  return key + int64Text(startMs) + int32Text(sequence)
}

export function keyOfWindow(windowKey: string): string {
  return windowKey.slice(0, -windowSuffixBytes)
}

export function startOfWindow(windowKey: string): number {
  const at = windowKey.length - windowSuffixBytes
  return readInt64(fromLatin1(windowKey.slice(at, at + 8)), 0)
}

export function sequenceOfWindow(windowKey: string): number {
  return Buffer.from(windowKey.slice(-4), 'latin1').readUInt32BE(0)
}

/** The key of a window in a table that is ordered by time: `start int64 ‖ key ‖ seq int32`. */
export function timeKey(windowKey: string): string {
  return windowKey.slice(-windowSuffixBytes, -4) + keyOfWindow(windowKey) + windowKey.slice(-4)
}

export function windowKeyOfTimeKey(timeKey: string): string {
  return timeKey.slice(8, -4) + timeKey.slice(0, 8) + timeKey.slice(-4)
}

/** Whether the bytes may be a window key. The last bytes of another kind of key are rarely a time. */
export function isWindowKey(key: Uint8Array): boolean {
  const at = key.byteLength - windowSuffixBytes
  return at >= 0 && Number.isSafeInteger(readInt64(key, at))
}

/** The bounds for a scan of time keys whose starts are from `fromMs` to `toMs`, both included. */
export function boundsOfTime(fromMs: number, toMs: number): { readonly from: string; readonly to: string } {
  return { from: int64Text(fromMs), to: int64Text(toMs + 1) }
}

function int64Text(value: number): string {
  writeInt64(scratch, value, 0)
  return latin1(scratch)
}

function int32Text(value: number): string {
  return String.fromCharCode((value >>> 24) & 0xff, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff)
}

/** The bounds for a scan of one key's window keys whose starts are from `fromMs` to `toMs`, both included. */
export function boundsOfKey(key: string, fromMs: number, toMs: number): { readonly from: string; readonly to: string } {
  return { from: key + int64Text(fromMs), to: key + int64Text(toMs + 1) }
}

/**
 * The bounds for a scan that meets all window keys whose keys are from `fromKey` to `toKey`, with starts up to `toMs`. The scan
 * also meets other window keys. If a key is the beginning of `toKey`, its window keys with a large start sort behind those of
 * `toKey`. The shortest such key gives the upper bound.
 */
export function boundsOfRange(fromKey: string | null, toKey: string | null, toMs: number) {
  return { from: fromKey ?? undefined, to: toKey === null ? undefined : upperBound(toKey, int64Text(toMs + 1)) }
}

function upperBound(key: string, end: string): string {
  // A start is below 2^53, so its first byte is zero. It can be larger than the rest of the key only at a zero byte of the key.
  for (let at = key.indexOf('\0'); at >= 0; at = key.indexOf('\0', at + 1))
    if (key.slice(at, at + end.length) < end) return key.slice(0, at) + end
  return key + end
}
