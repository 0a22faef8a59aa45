/** Size of each key: a number in decimal digits. */
export const keyBytes = 13
/** Size of each value. */
export const valueBytes = 112

/** Where the fields of a value are. The Java twins have the same numbers (bench/java/Transfer.java). */
export const amountAt = 10
export const currencyAt = 29
export const accountAt = 45

const amountDigits = 6
const beginning = '{"amount":000000,"currency":"EUR","account":"0000000000000","status":"settled","note":"'
const template = Buffer.from(`${beginning.padEnd(valueBytes - 2, 'abcdefghijklmnopqrstuvwxyz')}"}`)

/** The JSON of a transfer, 112 bytes. `amount` has six digits, the first of which is not 0. */
export function transferValue(amount: number, account: number): Buffer {
  return filled(template, amount, keyOf(account))
}

/** A key: the number in 13 digits. */
export function keyOf(number: number): Buffer {
  const key = Buffer.allocUnsafe(keyBytes)
  writeDigits(key, 0, keyBytes, number)
  return key
}

/** A copy of a value, with this amount and the key of this account. */
export function filled(template: Buffer, amount: number, account: Buffer): Buffer {
  const value = Buffer.from(template)
  writeDigits(value, amountAt, amountDigits, amount)
  account.copy(value, accountAt)
  return value
}

/** The number in so many decimal digits, the first of which may be 0. */
export function writeDigits(bytes: Buffer, at: number, digits: number, number: number): void {
  for (let index = digits - 1, rest = number; index >= 0; index--, rest = Math.floor(rest / 10))
    bytes[at + index] = 48 + (rest % 10)
}
