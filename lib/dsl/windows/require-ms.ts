/**
 * Throws a `TypeError` unless `value` is a whole number of milliseconds and at least `least`. The message says `name` of `what`,
 * such as "graceMs of a join".
 */
export function requireMs(name: string, what: string, value: number, least = 0): void {
  if (Number.isSafeInteger(value) && value >= least) return
  const limit = least === -Infinity ? '' : `, at least ${least}`
  throw new TypeError(`${name} of ${what} must be whole milliseconds${limit}, not ${String(value)}.`)
}
