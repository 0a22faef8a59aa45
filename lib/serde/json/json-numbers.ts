/** A run of fewer digits is an integer that a number holds exactly. */
const suspiciousDigits = 16

/** A number with three exponent digits and more may be beyond all doubles. What follows tells it from hexadecimal ids. */
const largeExponent = /\d[eE]\+?\d{3,}\s*(?:[,}\]]|$)/

/**
 * The first number in a JSON text that a JavaScript number would silently change, as it is written; undefined where there is none.
 *
 * - An integer must be printed again as it was written. So no two integers become one, and an integer that passes through stays the same.
 * - A number with a fraction or an exponent is a double, as everywhere in JSON, but must not be beyond all doubles.
 *
 * Ordinary texts cost one look at each 16th byte: a run of 16 digits covers one of them.
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

/** Whether these digits may be an integer that changes; they may also stand in a string. */
function isSuspicious(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start < suspiciousDigits || !beginsNumber(bytes[start - 1])) return false
  if (bytes[end] === point) return end - start > maxWholeDigits
  const digits = String.fromCharCode(...bytes.subarray(start, Math.min(end, start + maxWholeDigits)))
  return String(Number(digits)) !== digits
}

const point = 0x2e
/** The greatest double has 309 digits. */
const maxWholeDigits = 308

/** The characters that may stand before a number. Digits behind a quote, a point or a letter belong to a string or a fraction. */
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

/** The slow and exact way: the parser says where the text has numbers, and not strings. */
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
