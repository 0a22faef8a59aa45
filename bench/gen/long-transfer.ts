import { filled, keyBytes, writeDigits } from './transfer.ts'

/** Size of each value of the second data set. */
export const longValueBytes = 1_024

/** Three bytes of UTF-8, so that no string of a key has one byte a character. */
const sign = Buffer.from('€')
const beginning = '{"amount":000000,"currency":"EUR","account":"0000000000000","status":"settled","note":"Überweisung über '
const template = Buffer.from(`${padded(beginning, longValueBytes - 2)}"}`)

/** As `transferValue`, 1,024 bytes, with characters beyond ASCII. Its fields are in the same places. */
export function longTransferValue(amount: number, account: number): Buffer {
  return filled(template, amount, longKeyOf(account))
}

/** As `keyOf`, in UTF-8: a sign of three bytes, and the number in ten digits. */
export function longKeyOf(number: number): Buffer {
  const key = Buffer.allocUnsafe(keyBytes)
  sign.copy(key)
  writeDigits(key, sign.length, keyBytes - sign.length, number)
  return key
}

function padded(text: string, bytes: number): string {
  return text + 'abcdefghijklmnopqrstuvwxyz '.repeat(bytes).slice(0, bytes - Buffer.byteLength(text))
}
