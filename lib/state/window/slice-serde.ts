import { asBuffer } from '../../model/bytes.ts'
import type { Serde, SerdeContext } from '../../model/serde.ts'
import { unreadable } from '../../serde/serialization-error.ts'
import { inPlace } from '../in-place.ts'
import { readInt64, writeInt64 } from '../key-value/int64.ts'
import type { Slice, SlicePart } from './slice.ts'

const name = 'slice'

/** The first byte of a slice. `whole`: it has one part, which all its windows have. */
const formats = { whole: 0, parts: 1 } as const

const wholeHead = 9
const partHead = 20

/**
 * Returns a serde for the slices of windows, whose aggregates have the serde `value`. Its bytes are `0 ‖ timestamp int64 ‖ value`, or, if some
 * windows lack a part, `1 ‖ (from int64 ‖ timestamp int64 ‖ size int32 ‖ value)*`.
 */
export function sliceSerde<A>(value: Serde<A>): Serde<Slice<A>> {
  const place = inPlace(value)
  const readWhole = (bytes: Buffer, context: SerdeContext): A =>
    place?.read(bytes, wholeHead, bytes.length - wholeHead) ?? value.deserialize(bytes.subarray(wholeHead), context)
  return {
    name,
    serialize: (slice, context) => {
      const [first] = slice
      if (isWhole(slice)) return writeWhole(first!.timestamp, value.serialize(first!.value, context))
      return writeParts(slice.map((part) => ({ ...part, value: value.serialize(part.value, context) })))
    },
    deserialize: (bytes, context) => {
      const slice = asBuffer(bytes)
      if (isWholeIn(slice)) return [{ fromMs: 0, timestamp: readInt64(slice, 1), value: readWhole(slice, context) }]
      return partsIn(slice).map((part) => ({ ...part, value: value.deserialize(part.value, context) }))
    },
  }
}

/** The bytes in a slice that the serde of its aggregates reads. */
export function valuesInSlice(bytes: Uint8Array): readonly Uint8Array[] {
  const slice = asBuffer(bytes)
  return isWholeIn(slice) ? [slice.subarray(wholeHead)] : partsIn(slice).map(({ value }) => value)
}

function isWhole(slice: Slice<unknown>): boolean {
  return slice.length === 1 && slice[0]!.fromMs === 0
}

function isWholeIn(bytes: Buffer): boolean {
  return bytes[0] === formats.whole && bytes.length >= wholeHead
}

function writeWhole(timestamp: number, value: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(wholeHead + value.byteLength)
  bytes[0] = formats.whole
  writeInt64(bytes, timestamp, 1)
  bytes.set(value, wholeHead)
  return bytes
}

function writeParts(parts: Slice<Uint8Array>): Buffer {
  const bytes = Buffer.allocUnsafe(parts.reduce((sum, { value }) => sum + partHead + value.byteLength, 1))
  bytes[0] = formats.parts
  let at = 1
  for (const { fromMs, timestamp, value } of parts) {
    writeInt64(bytes, fromMs, at)
    writeInt64(bytes, timestamp, at + 8)
    bytes.writeInt32BE(value.byteLength, at + 16)
    bytes.set(value, at + partHead)
    at += partHead + value.byteLength
  }
  return bytes
}

function partsIn(bytes: Buffer): SlicePart<Buffer>[] {
  if (bytes[0] !== formats.parts || bytes.length === 1)
    throw unreadable(name, `${bytes.length} bytes that begin with ${bytes[0]} have no known format.`)
  return [...readParts(bytes)]
}

function* readParts(bytes: Buffer): Generator<SlicePart<Buffer>> {
  for (let at = 1; at < bytes.length;) {
    const begin = at + partHead
    const end = begin <= bytes.length ? begin + bytes.readInt32BE(at + 16) : Infinity
    if (end > bytes.length || end < begin) throw unreadable(name, 'a part is longer than they are.')
    yield { fromMs: readInt64(bytes, at), timestamp: readInt64(bytes, at + 8), value: bytes.subarray(begin, end) }
    at = end
  }
}
