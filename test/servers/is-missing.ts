import type { Test } from 'tap'

/** Where a server or program is missing (`reason` says so) the test ends, skipped, and says it loudly; in CI it fails. */
export function isMissing(t: Test, reason: string | null): boolean {
  if (reason === null) return false
  console.error(`SKIPPED ${t.name}: ${reason}.`)
  if (process.env['CI'] === undefined) t.pass(reason, { skip: reason })
  else t.fail(reason)
  return true
}
