import { asBuffer } from '../model/bytes.ts'
import type { Serde } from '../model/serde.ts'
import { checkSize, unwritable } from './serialization-error.ts'

function checkNumber(serde: string, value: number): void {
  if (typeof value !== 'number') throw unwritable(serde, `it is of type ${typeof value}.`)
}

/** Java's double: 8 bytes, IEEE 754. All NaNs have the same bytes (`Double.doubleToLongBits`). */
export const doubleSerde: Serde<number> = Object.freeze({
  name: 'double',
  immutable: true,
  canonical: true,
  accepts: (bytes: Uint8Array) => {
    if (bytes.byteLength !== 8) return false
    return !Number.isNaN(asBuffer(bytes).readDoubleBE(0)) || asBuffer(bytes).readBigUInt64BE(0) === 0x7ff8000000000000n
  },
  serialize: (value: number) => {
    checkNumber('double', value)
    const bytes = Buffer.allocUnsafe(8)
    if (Number.isNaN(value)) bytes.writeBigUInt64BE(0x7ff8000000000000n, 0)
    else bytes.writeDoubleBE(value, 0)
    return bytes
  },
  deserialize: (bytes: Uint8Array) => {
    checkSize('double', bytes, 8)
    return asBuffer(bytes).readDoubleBE(0)
  },
})

/**
 * Java's float: 4 bytes, IEEE 754. A number is rounded to the nearest float. A finite number beyond the range of floats is
 * refused.
 */
export const floatSerde: Serde<number> = Object.freeze({
  name: 'float',
  immutable: true,
  canonical: true,
  accepts: (bytes: Uint8Array) => {
    if (bytes.byteLength !== 4) return false
    return !Number.isNaN(asBuffer(bytes).readFloatBE(0)) || asBuffer(bytes).readUInt32BE(0) === 0x7fc00000
  },
  serialize: (value: number) => {
    checkNumber('float', value)
    if (Number.isFinite(value) && !Number.isFinite(Math.fround(value)))
      throw unwritable('float', `${value} is beyond all floats.`)
    const bytes = Buffer.allocUnsafe(4)
    if (Number.isNaN(value)) bytes.writeUInt32BE(0x7fc00000, 0)
    else bytes.writeFloatBE(value, 0)
    return bytes
  },
  deserialize: (bytes: Uint8Array) => {
    checkSize('float', bytes, 4)
    return asBuffer(bytes).readFloatBE(0)
  },
})
