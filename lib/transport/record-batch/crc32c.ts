import { asBuffer } from '../../model/bytes.ts'
import { requirePackage } from '../../model/load-package.ts'

type Checksum = (bytes: Buffer) => number

let checksum: Checksum | undefined

/**
 * Computes the CRC-32C (Castagnoli) of bytes. If the optional native package is installed, it uses the processor's instruction. The
 * package is loaded by the first call.
 */
export function crc32c(bytes: Uint8Array): number {
  checksum ??= nativeChecksum() ?? tableChecksum
  return checksum(asBuffer(bytes))
}

function nativeChecksum(): Checksum | undefined {
  try {
    return (requirePackage('@node-rs/crc32', 'Fast checksums need') as { readonly crc32c: Checksum }).crc32c
  } catch {
    return undefined
  }
}

/** The polynomial of CRC-32C, with its bits reversed. */
const polynomial = 0x82f63b78

let table: Uint32Array | undefined

/** Computes the CRC-32C by a table, about ten times slower: for installations without the native package. */
export function tableChecksum(bytes: Uint8Array): number {
  table ??= Uint32Array.from({ length: 256 }, (_, byte) => remainderOf(byte))
  let crc = 0xffff_ffff
  for (const byte of bytes) crc = table[(crc ^ byte) & 0xff]! ^ (crc >>> 8)
  return ~crc >>> 0
}

function remainderOf(byte: number): number {
  let crc = byte
  for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 0 ? crc >>> 1 : (crc >>> 1) ^ polynomial
  return crc >>> 0
}
