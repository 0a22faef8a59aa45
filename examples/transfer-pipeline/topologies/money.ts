/** Amounts with two decimals are exact texts: they are added as whole cents. */
export function plus(left: string, right: string): string {
  return toText(toCents(left) + toCents(right))
}

export function minus(left: string, right: string): string {
  return toText(toCents(left) - toCents(right))
}

export function isAbove(left: string, right: string): boolean {
  return toCents(left) > toCents(right)
}

export function toCents(amount: string): bigint {
  return BigInt(amount.replace('.', ''))
}

export function toText(cents: bigint): string {
  const digits = (cents < 0n ? -cents : cents).toString().padStart(3, '0')
  return `${cents < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`
}
