/**
 * A decimal text with exactly `scale` decimals: `7.5` is `7.50` at scale 2. Undefined where it is no decimal, or a `decimal(precision,
 * scale)` would have to round it or cannot hold it.
 */
export function toScale(text: unknown, { precision, scale }: DecimalType): string | undefined {
  const match = /^\s*([+-]?)0*(\d*)(?:\.(\d*?)0*)?\s*$/.exec(typeof text === 'string' ? text : '')
  const [, sign, whole = '', fraction = ''] = match ?? []
  if (match === null || !/\d/.test(String(text)) || fraction.length > scale || whole.length > precision - scale) return undefined
  const digits = `${whole === '' ? '0' : whole}${scale === 0 ? '' : `.${fraction.padEnd(scale, '0')}`}`
  return sign === '-' && /[1-9]/.test(digits) ? `-${digits}` : digits
}

export interface DecimalType {
  readonly precision: number
  readonly scale: number
}

/** Connect's Decimal in JSON: base64 of the unscaled integer, big-endian, as short as its sign allows. */
export function decimalBase64(decimal: string): string {
  const unscaled = BigInt(decimal.replace('.', ''))
  const magnitude = unscaled < 0n ? -unscaled - 1n : unscaled
  const bytes = Math.floor(magnitude.toString(2).length / 8) + 1
  const hex = BigInt.asUintN(bytes * 8, unscaled).toString(16)
  return Buffer.from(hex.padStart(bytes * 2, '0'), 'hex').toString('base64')
}
