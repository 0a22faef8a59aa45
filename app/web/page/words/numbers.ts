/** Numbers as the page writes them: thousands separated by commas, a real minus sign (U+2212), the unit always beside. */

const minus = '−'

/** `12,407`, `−3`. */
export function count(value: number | bigint): string {
  return grouped(value.toString())
}

/** An exact decimal as text, `"1234.5"` → `1,234.50`. Text that is no decimal is shown as it is: the page corrects nothing. */
export function money(text: string): string {
  const parts = /^(-?\d+)(?:\.(\d+))?$/.exec(text)
  if (parts === null) return text
  const [, whole = '', fraction = ''] = parts
  return `${grouped(whole)}.${fraction.padEnd(2, '0')}`
}

/** Amounts of the bank have two decimals. */
const scale = 2

/** `"-12.5"` → `-1250n`. */
export function unscaled(text: string): bigint {
  const parts = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text)
  if (parts === null) return 0n
  const [, sign = '', whole = '', fraction = ''] = parts
  const value = BigInt(whole + fraction.slice(0, scale).padEnd(scale, '0'))
  return sign === '-' ? -value : value
}

/** `-1250n` → `"-12.50"`. */
export function scaled(value: bigint): string {
  const digits = (value < 0n ? -value : value).toString().padStart(scale + 1, '0')
  return `${value < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`
}

/** `640 B`, `4.3 KB`, `12 MB`. */
export function bytes(value: number): string {
  if (value < 1_000) return `${value} B`
  if (value < 1_000_000) return `${(value / 1_000).toFixed(value < 10_000 ? 1 : 0)} KB`
  return `${(value / 1_000_000).toFixed(value < 10_000_000 ? 1 : 0)} MB`
}

/** `38 ms`, `1.2 s`, `3 min 20 s`. */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`
  const seconds = Math.round(ms / 1_000)
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}

/** `14:03:05`, in the reader's time zone. */
export function time(ms: number): string {
  const at = new Date(ms)
  return [at.getHours(), at.getMinutes(), at.getSeconds()].map((part) => part.toString().padStart(2, '0')).join(':')
}

/** `14:03:05.120`. */
export function exactTime(ms: number): string {
  return `${time(ms)}.${Math.floor(ms % 1_000)
    .toString()
    .padStart(3, '0')}`
}

/** `1 record`, `12 records`. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`
}

function grouped(digits: string): string {
  const text = digits.startsWith('-') ? digits.slice(1) : digits
  return (text === digits ? '' : minus) + text.replaceAll(/\B(?=(\d{3})+$)/g, ',')
}
