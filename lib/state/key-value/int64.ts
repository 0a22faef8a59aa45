import { asBuffer } from '../../model/bytes.ts'

/** Writes a safe integer as a big-endian int64. It writes two halves, because a BigInt for each row would be slow. */
export function writeInt64(target: Buffer, value: number, at: number): void {
  const high = Math.floor(value / 2 ** 32)
  target.writeInt32BE(high, at)
  target.writeUInt32BE(value - high * 2 ** 32, at + 4)
}

export function int64Bytes(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(8)
  writeInt64(bytes, value, 0)
  return bytes
}

/** Reads a big-endian int64. A number beyond the safe integers loses its last digits. */
export function readInt64(source: Uint8Array, at: number): number {
  const buffer = asBuffer(source)
  return buffer.readInt32BE(at) * 2 ** 32 + buffer.readUInt32BE(at + 4)
}
