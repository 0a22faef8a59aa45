import type { Answer } from './outbox.ts'

/** Why a write was refused, as a sentence: the server's own words where it has some. */
export function whyNot({ status, body }: Answer): string {
  if (status === 412) return 'Changed since you opened it. Load the new version?'
  if (typeof body === 'object' && body !== null && 'detail' in body && typeof body.detail === 'string') return body.detail
  return `The server refused it (${status}). Nothing was written.`
}
