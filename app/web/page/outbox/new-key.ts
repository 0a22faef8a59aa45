/** Fills the bytes with chance. */
export type Random = (bytes: Uint8Array<ArrayBuffer>) => void

/** 128 random bits as hex. `crypto.randomUUID` is missing on plain-http hosts other than loopback; `getRandomValues` is not. */
export function newKey(random: Random): string {
  const bytes = new Uint8Array(16)
  random(bytes)
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
