import { asBuffer } from '../../model/bytes.ts'
import { requirePackage } from '../../model/load-package.ts'

type Checksum = (bytes: Buffer) => number

let checksum: Checksum | undefined

/** CRC-32C (Castagnoli). By the processor's instruction, where the native package is installed; it loads at the first use, not at import. */
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

/** The polynomial, its bits in reverse. */
const polynomial = 0x82f63b78

let table: Uint32Array | undefined

/** The same byte by byte, about ten times slower: for an installation without optional packages. */
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
