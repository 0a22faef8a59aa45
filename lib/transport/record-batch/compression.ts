import zlib from 'node:zlib'
import { ConfigError } from '../../model/errors.ts'
import { requirePackage } from '../../model/load-package.ts'
import type { Compression } from './produce-batch.ts'
import { corruptBatch } from './wire-format.ts'

/** The largest size of a decompressed batch: 256 MiB. */
const decompressedBytesMax = 256 << 20

/** The codecs. The index of a codec is its id in Kafka's protocol (Kafka: `CompressionType`). */
const codecs: readonly Compression[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd']

export function compressionId(compression: Compression): number {
  return codecs.indexOf(compression)
}

export function compressionById(id: number): Compression {
  const codec = codecs[id]
  if (codec === undefined) throw corruptBatch(`compression ${id} is unknown`, { compression: id })
  return codec
}

/**
 * Throws a `ConfigError` (`STREAMS_PACKAGE_MISSING`) if the codec is not installed. Producers call it before their first batch.
 */
export function requireCodec(compression: Compression): void {
  if (compression === 'lz4') lz4()
  else if (compression === 'snappy') snappy()
}

export function compress(bytes: Buffer, compression: Compression): Buffer {
  switch (compression) {
    case 'none':
      return bytes
    case 'gzip':
      return zlib.gzipSync(bytes)
    case 'snappy':
      return compressXerial(bytes)
    case 'lz4':
      return lz4().compressFrameSync(bytes)
    case 'zstd':
      return zlib.zstdCompressSync(bytes)
  }
}

/**
 * Decompresses the records of a batch. Throws `TRANSPORT_CORRUPT_MESSAGE` if the bytes are broken, or decompress to more than 256
 * MiB. Throws a `ConfigError` (`STREAMS_PACKAGE_MISSING`) if the codec is not installed.
 */
export function decompress(bytes: Buffer, compression: Compression): Buffer {
  try {
    return unpack(bytes, compression)
  } catch (cause) {
    if (cause instanceof ConfigError) throw cause
    throw corruptBatch(`its ${compression} data cannot be unpacked (${cause instanceof Error ? cause.message : String(cause)})`, {
      compression,
    })
  }
}

function unpack(bytes: Buffer, compression: Compression): Buffer {
  switch (compression) {
    case 'none':
      return bytes
    case 'gzip':
      return zlib.gunzipSync(bytes, { maxOutputLength: decompressedBytesMax })
    case 'snappy':
      return isXerial(bytes) ? decompressXerial(bytes) : decompressSnappy(bytes)
    case 'lz4':
      checkLz4Size(bytes)
      return lz4().decompressFrameSync(bytes)
    case 'zstd':
      return zlib.zstdDecompressSync(bytes, { maxOutputLength: decompressedBytesMax })
  }
}

interface Lz4 {
  compressFrameSync(bytes: Buffer): Buffer
  decompressFrameSync(bytes: Buffer): Buffer
}

interface Snappy {
  compressSync(bytes: Buffer): Buffer
  uncompressSync(bytes: Buffer): Buffer
}

// The native packages load when the first batch needs them, because most applications need neither.
const lz4 = (): Lz4 => requirePackage('lz4-napi', 'Batches that are compressed by lz4 need') as Lz4
const snappy = (): Snappy => requirePackage('snappy', 'Batches that are compressed by snappy need') as Snappy

// Java writes snappy in the stream format of the xerial library: magic, version, lowest compatible version, then blocks. A block is
// its length and raw snappy data.
const xerialMagic = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00])
const xerialHeader = Buffer.concat([xerialMagic, Buffer.from([0, 0, 0, 1, 0, 0, 0, 1])])
const xerialBlockBytes = 32 << 10

function isXerial(bytes: Buffer): boolean {
  return bytes.length >= xerialHeader.length && bytes.subarray(0, xerialMagic.length).equals(xerialMagic)
}

function compressXerial(bytes: Buffer): Buffer {
  const parts: Buffer[] = [xerialHeader]
  for (let at = 0; at < bytes.length; at += xerialBlockBytes) {
    const block = snappy().compressSync(bytes.subarray(at, at + xerialBlockBytes))
    const length = Buffer.alloc(4)
    length.writeInt32BE(block.length)
    parts.push(length, block)
  }
  return Buffer.concat(parts)
}

function decompressXerial(bytes: Buffer): Buffer {
  const parts: Buffer[] = []
  let total = 0
  for (let at = xerialHeader.length; at < bytes.length;) {
    const length = bytes.readInt32BE(at)
    if (length <= 0 || length > bytes.length - at - 4) throw new RangeError(`block of ${length} bytes`)
    const part = decompressSnappy(bytes.subarray(at + 4, at + 4 + length))
    total += part.length
    checkSize(total)
    parts.push(part)
    at += 4 + length
  }
  return Buffer.concat(parts)
}

/**
 * Decompresses raw snappy, which begins with its decompressed length. A length that the format cannot reach (3 bytes become at most
 * 64) is refused before memory is allocated for it.
 */
function decompressSnappy(bytes: Buffer): Buffer {
  let claimed = 0
  for (let at = 0; at < Math.min(5, bytes.length); at++) {
    claimed += (bytes[at]! & 0x7f) * 2 ** (7 * at)
    if (bytes[at]! < 0x80) break
  }
  checkSize(claimed)
  if (claimed > bytes.length * 32) throw new RangeError(`${bytes.length} bytes cannot unpack to ${claimed}`)
  return snappy().uncompressSync(bytes)
}

/** Refuses a frame whose blocks could decompress to more than 256 MiB. It reads only their headers. */
function checkLz4Size(bytes: Buffer): void {
  const flags = bytes.readUInt8(4)
  const blockBytesMax = 2 ** (8 + 2 * ((bytes.readUInt8(5) >> 4) & 7))
  const checksumBytes = (flags & 0x10) === 0 ? 0 : 4
  let total = 0
  for (let at = (flags & 0x08) === 0 ? 7 : 15; at + 4 <= bytes.length;) {
    const size = bytes.readUInt32LE(at)
    if (size === 0) return
    const stored = size & 0x7fff_ffff
    total += size === stored ? Math.min(blockBytesMax, stored * 256) : stored
    checkSize(total)
    at += 4 + stored + checksumBytes
  }
}

function checkSize(total: number): void {
  if (total > decompressedBytesMax) throw new RangeError(`it unpacks to more than ${decompressedBytesMax} bytes`)
}
