import type { ByteKey } from '../../kernel/byte-key.ts'
import { sessionSuffixBytes } from '../../kernel/windowed-table.ts'
import { fromLatin1 } from '../../model/bytes.ts'
import { readInt64 } from '../key-value/int64.ts'

// The session key, in the changelog and on disk: `key ‖ end int64 ‖ start int64` (Java: `SessionKeySchema`). Scans give it as latin1.

export function keyOfSession(sessionKey: string): string {
  return sessionKey.slice(0, -sessionSuffixBytes)
}

export function endOfSession(sessionKey: string): number {
  return timeAt(sessionKey, sessionKey.length - sessionSuffixBytes)
}

export function startOfSession(sessionKey: string): number {
  return timeAt(sessionKey, sessionKey.length - 8)
}

/** The end of a session, from the bytes of its key. */
export function endIn({ bytes, at, length }: ByteKey): number {
  return readInt64(bytes, at + length - sessionSuffixBytes)
}

export function sessionKeyOfTimeKey(timeKey: string): string {
  return timeKey.slice(sessionSuffixBytes) + timeKey.slice(0, sessionSuffixBytes)
}

function timeAt(sessionKey: string, at: number): number {
  return readInt64(fromLatin1(sessionKey.slice(at, at + 8)), 0)
}

/** Whether the bytes may be a session key. The last bytes of another kind of key are rarely two times in the right order. */
export function isSessionKey(key: Uint8Array): boolean {
  const at = key.byteLength - sessionSuffixBytes
  if (at < 0) return false
  const [end, start] = [readInt64(key, at), readInt64(key, at + 8)]
  return Number.isSafeInteger(end) && Number.isSafeInteger(start) && start <= end
}
