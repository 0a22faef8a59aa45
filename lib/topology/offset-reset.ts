import type { OffsetReset } from './topology-plan.ts'

/** The text of the possible offset resets in messages. */
export const offsetResets = 'earliest, latest, none, or { byDurationMs } with an integer >= 0'

/** Whether a value is an offset reset. Programs without types may pass anything. */
export function isOffsetReset(reset: unknown): reset is OffsetReset {
  if (typeof reset === 'string') return ['earliest', 'latest', 'none'].includes(reset)
  const { byDurationMs } = Object(reset) as { readonly byDurationMs?: unknown }
  return Number.isSafeInteger(byDurationMs) && (byDurationMs as number) >= 0
}

/** Checks the option `offsetReset` of a call. Throws a `TypeError` that names the call if the value is not an offset reset. */
export function checkOffsetReset(call: string, reset: unknown): void {
  if (reset === undefined || isOffsetReset(reset)) return
  throw new TypeError(`offsetReset of ${call} is ${JSON.stringify(reset)}; it must be ${offsetResets}.`)
}
