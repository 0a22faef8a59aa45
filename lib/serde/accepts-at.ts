import { readLong } from './integer-serdes.ts'
import { Serdes } from './serdes.ts'
import { isWellFormedUtf8 } from './utf8.ts'

type Accepts = (bytes: Uint8Array) => boolean

/** As `Serde.accepts`, of bytes that lie in a larger buffer. */
export type AcceptsAt = (bytes: Buffer, at: number, length: number) => boolean

const ofLength =
  (size: number): AcceptsAt =>
  (_bytes, _at, length) =>
    length === size

/** By function instead of serde, so that a serde that was made from another one and has kept its `accepts` has this one, too. */
const known = new Map<Accepts, AcceptsAt>([
  [Serdes.string.accepts!, isWellFormedUtf8],
  [Serdes.bytes.accepts!, () => true],
  [Serdes.long.accepts!, (bytes, at, length) => length === 8 && Number.isSafeInteger(readLong(bytes, at))],
  [Serdes.bigLong.accepts!, ofLength(8)],
  [Serdes.int.accepts!, ofLength(4)],
  [Serdes.short.accepts!, ofLength(2)],
])

/**
 * What the serdes of Millrace accept is looked at where it lies, because a view for each record costs more than the look. Other serdes
 * get a view.
 */
export function acceptsAt(accepts: Accepts): AcceptsAt {
  return known.get(accepts) ?? ((bytes, at, length) => accepts(bytes.subarray(at, at + length)))
}
