import { fromLatin1, latin1 } from '../../model/bytes.ts'
import { readInt64, writeInt64 } from '../key-value/row-codec.ts'

/** How many bytes follow the key in a session key: `end int64 ‖ start int64` (Java: `SessionKeySchema`). */
const suffixLength = 16

const scratch = Buffer.alloc(suffixLength)

/** The session key, in the changelog and on disk: `key ‖ end int64 ‖ start int64`, as latin1. */
export function sessionKey(key: string, startMs: number, endMs: number): string {
  writeInt64(scratch, endMs, 0)
  writeInt64(scratch, startMs, 8)
  return key + latin1(scratch)
}

export function keyOfSession(sessionKey: string): string {
  return sessionKey.slice(0, -suffixLength)
}

export function endOfSession(sessionKey: string): number {
  return timeAt(sessionKey, sessionKey.length - suffixLength)
}

export function startOfSession(sessionKey: string): number {
  return timeAt(sessionKey, sessionKey.length - 8)
}

/** The key of a session in a table that is ordered by time: `end int64 ‖ start int64 ‖ key`. */
export function timeKeyOfSession(sessionKey: string): string {
  return sessionKey.slice(-suffixLength) + keyOfSession(sessionKey)
}

export function sessionKeyOfTimeKey(timeKey: string): string {
  return timeKey.slice(suffixLength) + timeKey.slice(0, suffixLength)
}

function timeAt(sessionKey: string, at: number): number {
  return readInt64(fromLatin1(sessionKey.slice(at, at + 8)), 0)
}

/** Whether the bytes may be a session key. The last bytes of another kind of key are rarely two times in the right order. */
export function isSessionKey(key: Uint8Array): boolean {
  const at = key.byteLength - suffixLength
  if (at < 0) return false
  const [end, start] = [readInt64(key, at), readInt64(key, at + 8)]
  return Number.isSafeInteger(end) && Number.isSafeInteger(start) && start <= end
}
