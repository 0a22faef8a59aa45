import { SerializationError } from '../model/errors.ts'

/** A value that its serde cannot write. */
export function unwritable(serde: string, reason: string, cause?: unknown): SerializationError {
  const message = `The serde ${serde} cannot write this value: ${reason}`
  return new SerializationError('STREAMS_SERIALIZATION', message, { facts: { serde }, cause })
}

/** Bytes that are none of their serde's. */
export function unreadable(serde: string, reason: string, cause?: unknown): SerializationError {
  const message = `The serde ${serde} cannot read these bytes: ${reason}`
  return new SerializationError('STREAMS_DESERIALIZATION', message, { facts: { serde }, cause })
}

export function checkSize(serde: string, bytes: Uint8Array, size: number): void {
  if (bytes.byteLength !== size) throw unreadable(serde, `${bytes.byteLength} bytes came, ${size} are expected.`)
}
