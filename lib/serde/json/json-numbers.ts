/** An integer of fewer digits is always a safe integer. */
const suspiciousDigits = 16

/**
 * Matches a number whose exponent has three or more digits: it may be beyond all doubles. The end excludes most hexadecimal ids.
 */
const largeExponent = /\d[eE]\+?\d{3,}\s*(?:[,}\]]|$)/

/**
 * Returns the first number of a JSON text that JavaScript would silently change, as it is written there. Undefined if there is
 * none.
 *
 * - An integer is changed if JavaScript prints it otherwise than it is written.
 * - A number with a fraction or an exponent is a double, as usual in JSON. It is changed only if it is beyond all doubles.
 *
 * The function looks at each 16th byte, because a run of 16 digits includes one of those. It looks closer only at runs of digits.
 */
export function changedNumber(bytes: Uint8Array, text: string): string | undefined {
  for (let at = suspiciousDigits - 1; at < bytes.byteLength; at += suspiciousDigits) {
    if (!isDigit(bytes[at])) continue
    const end = endOfDigits(bytes, at)
    if (isSuspicious(bytes, startOfDigits(bytes, at), end)) return firstChangedNumber(text)
    // The next run begins behind this one.
    at = Math.max(at, end - suspiciousDigits)
  }
  return largeExponent.test(text) ? firstChangedNumber(text) : undefined
}

/** Whether a run of digits may be an integer that JavaScript changes. The digits may also be part of a string. */
function isSuspicious(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start < suspiciousDigits || !beginsNumber(bytes[start - 1])) return false
  if (bytes[end] === point) return end - start > maxWholeDigits
  const digits = String.fromCharCode(...bytes.subarray(start, Math.min(end, start + maxWholeDigits)))
  return String(Number(digits)) !== digits
}

const point = 0x2e
/** The greatest double has 309 digits before the point, so a number with at most 308 is a double. */
const maxWholeDigits = 308

/** The characters that may come before a number. Digits after a quote, a point or a letter belong to a string or a fraction. */
const beforeNumbers = new Set<number | undefined>([undefined, ...Buffer.from(' \t\r\n,:[-')])

function beginsNumber(before: number | undefined): boolean {
  return beforeNumbers.has(before)
}

function startOfDigits(bytes: Uint8Array, at: number): number {
  while (isDigit(bytes[at - 1])) at--
  return at
}

function endOfDigits(bytes: Uint8Array, at: number): number {
  while (isDigit(bytes[at])) at++
  return at
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39
}

/** Finds the number by the JSON parser, which tells numbers from strings. This is slow and exact. */
function firstChangedNumber(text: string): string | undefined {
  let changed: string | undefined
  JSON.parse(text, (_key, value: unknown, { source }: { readonly source?: string } = {}) => {
    if (typeof value === 'number' && source !== undefined && isChanged(value, source)) changed ??= source
    return undefined
  })
  return changed
}

function isChanged(value: number, source: string): boolean {
  if (!Number.isFinite(value)) return true
  return !/[.eE]/.test(source) && !Number.isSafeInteger(value) && String(value) !== source
}
