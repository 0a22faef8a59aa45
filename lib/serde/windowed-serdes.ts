import { asBuffer } from '../model/bytes.ts'
import type { Serde, SerdeContext, SerdeEnvironment } from '../model/serde.ts'
import type { Windowed } from '../model/windowed.ts'
import { readLong, writeLong } from './integer-serdes.ts'
import { unreadable, unwritable } from './serialization-error.ts'

const longMax = 0x7fffffffffffffffn

/**
 * Returns a serde for keys of windows of fixed size: key ‖ start, 8 bytes (Java: `TimeWindowedSerde`). The end is not written. It
 * is read as start + `sizeMs`, by default as `Infinity`.
 */
export function timeWindowedSerde<K>(inner: Serde<K>, sizeMs = Infinity): Serde<Windowed<K>> {
  const name = `timeWindowed(${inner.name})`
  return windowedSerde(inner, {
    name,
    trailerBytes: 8,
    write: (bytes, at, key) => writeTime(name, bytes, at, key.startMs),
    read: (bytes, at, key) => {
      const startMs = readTime(name, bytes, at)
      return { key, startMs, endMs: startMs + sizeMs }
    },
    rebuild: (serde) => timeWindowedSerde(serde, sizeMs),
  })
}

/**
 * Returns a serde for keys of sessions: key ‖ end ‖ start, 8 bytes each (Java: `SessionWindowedSerde`). The end is the timestamp
 * of the session's last record.
 */
export function sessionWindowedSerde<K>(inner: Serde<K>): Serde<Windowed<K>> {
  const name = `sessionWindowed(${inner.name})`
  return windowedSerde(inner, {
    name,
    trailerBytes: 16,
    write: (bytes, at, key) => {
      writeTime(name, bytes, at, key.endMs)
      writeTime(name, bytes, at + 8, key.startMs)
    },
    read: (bytes, at, key) => ({ key, startMs: readTime(name, bytes, at + 8), endMs: readTime(name, bytes, at) }),
    rebuild: sessionWindowedSerde,
  })
}

/** Writes and reads the times of a window behind its key. */
interface WindowTrailer<K> {
  readonly name: string
  readonly trailerBytes: number
  readonly write: (bytes: Buffer, at: number, window: Windowed<K>) => void
  readonly read: (bytes: Buffer, at: number, key: K) => Windowed<K>
  readonly rebuild: (inner: Serde<K>) => Serde<Windowed<K>>
}

function windowedSerde<K>(inner: Serde<K>, trailer: WindowTrailer<K>): Serde<Windowed<K>> {
  const { name, trailerBytes } = trailer
  const { bind, prepareRead, prepareWrite } = inner
  const keyOf = (bytes: Uint8Array): Uint8Array => bytes.subarray(0, bytes.byteLength - trailerBytes)
  const serde = {
    name,
    serialize: (value: Windowed<K>, context: SerdeContext) => {
      const key = inner.serialize(value.key, context)
      const bytes = Buffer.allocUnsafe(key.byteLength + trailerBytes)
      bytes.set(key, 0)
      trailer.write(bytes, key.byteLength, value)
      return bytes
    },
    deserialize: (bytes: Uint8Array, context: SerdeContext) => {
      if (bytes.byteLength < trailerBytes)
        throw unreadable(name, `a window takes ${trailerBytes} bytes, ${bytes.byteLength} came.`)
      const key = keyOf(bytes)
      return trailer.read(asBuffer(bytes), key.byteLength, inner.deserialize(key, context))
    },
    ...(prepareWrite === undefined ? {} : { prepareWrite }),
    ...(prepareRead === undefined
      ? {}
      : { prepareRead: (bytes: readonly Uint8Array[], context: SerdeContext) => prepareRead(bytes.map(keyOf), context) }),
    ...(bind === undefined ? {} : { bind: (environment: SerdeEnvironment) => trailer.rebuild(bind(environment)) }),
  }
  return Object.freeze(serde)
}

function writeTime(serde: string, bytes: Buffer, at: number, timeMs: number): void {
  if (timeMs === Infinity) bytes.writeBigInt64BE(longMax, at)
  else if (Number.isSafeInteger(timeMs)) writeLong(bytes, timeMs, at)
  else throw unwritable(serde, `${String(timeMs)} is no time in ms.`)
}

function readTime(serde: string, bytes: Buffer, at: number): number {
  const timeMs = readLong(bytes, at)
  if (Number.isSafeInteger(timeMs)) return timeMs
  if (bytes.readBigInt64BE(at) === longMax) return Infinity
  throw unreadable(serde, `${bytes.readBigInt64BE(at)} is no time in ms.`)
}
