/** Throws a `TypeError` unless it is whole milliseconds, at least `least`. `what` is whose: "a window", "a join". */
export function requireMs(name: string, what: string, value: number, least = 0): void {
  if (Number.isSafeInteger(value) && value >= least) return
  const limit = least === -Infinity ? '' : `, at least ${least}`
  throw new TypeError(`${name} of ${what} is whole milliseconds${limit}, not ${String(value)}.`)
}
