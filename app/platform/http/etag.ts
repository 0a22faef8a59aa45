import { hash } from 'node:crypto'
import { Problem } from './problem.ts'

/** A strong ETag: two values have the same one where they are the same JSON. */
export function etagOf(value: unknown): string {
  return `"${hash('sha256', JSON.stringify(value), 'base64url').slice(0, 22)}"`
}

/** Throws a 412 if the client has seen another version (RFC 9110, If-Match). Without the header all is allowed. */
export function checkIfMatch(ifMatch: string | undefined, current: unknown): void {
  if (ifMatch === undefined || ifMatch.trim() === '*') return
  const tags = ifMatch.split(',').map((tag) => tag.trim())
  if (!tags.includes(etagOf(current))) throw new Problem(412, 'It has changed since you read it. Read it again, then decide.')
}
