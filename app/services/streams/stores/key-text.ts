import { Problem } from '../../../platform/http/problem.ts'

type Reader = (text: string) => unknown

const numbers = ['int', 'long', 'short', 'double', 'float']
const readers: Readonly<Record<string, Reader>> = {
  string: (text) => text,
  uuid: (text) => text,
  bigLong: (text) => BigInt(text),
  bytes: bytesOf,
  ...Object.fromEntries(numbers.map((name) => [name, numberOf] as const)),
}

/** A key that somebody has typed, as the serde of that name takes it. Throws a problem of status 400 that says how it is typed. */
export function parseKey(text: string, serde: string): unknown {
  try {
    return (readers[serde] ?? JSON.parse)(text)
  } catch {
    throw new Problem(400, `The key is not one of the serde ${serde}: ${howTyped(serde)}`, { key: howTyped(serde) })
  }
}

/** The text that {@link parseKey} reads back. */
export function keyText(key: unknown): string {
  if (key instanceof Uint8Array) return Buffer.from(key).toString('hex')
  return typeof key === 'string' ? key : typeof key === 'bigint' ? String(key) : valueText(key)
}

/** JSON for people: bytes as hexadecimal digits, whole numbers beyond those of JSON as text. */
export function valueText(value: unknown): string {
  return JSON.stringify(value, function (this: Readonly<Record<string, unknown>>, name, part: unknown) {
    // A buffer has become an array of numbers by now.
    const own = this[name]
    if (own instanceof Uint8Array) return Buffer.from(own).toString('hex')
    return typeof part === 'bigint' ? String(part) : part
  })
}

function howTyped(serde: string): string {
  if (serde === 'bytes') return 'Type hexadecimal digits, two for each byte.'
  return numbers.includes(serde) || serde === 'bigLong' ? 'Type a number.' : 'Type JSON.'
}

function numberOf(text: string): number {
  const number = Number(text)
  if (text.trim() === '' || Number.isNaN(number)) throw new Error('no number')
  return number
}

function bytesOf(text: string): Uint8Array {
  if (!/^([0-9a-f]{2})*$/i.test(text)) throw new Error('no digits')
  return Buffer.from(text, 'hex')
}
