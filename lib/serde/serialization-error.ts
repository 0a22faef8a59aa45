import { SerializationError } from '../model/errors.ts'

/** Makes the error of a value that a serde cannot write. */
export function unwritable(serde: string, reason: string, cause?: unknown): SerializationError {
  const message = `The serde ${serde} cannot write this value: ${reason}`
  return new SerializationError('STREAMS_SERIALIZATION', message, { facts: { serde }, cause })
}

/** Makes the error of bytes that a serde cannot read. */
export function unreadable(serde: string, reason: string, cause?: unknown): SerializationError {
  const message = `The serde ${serde} cannot read these bytes: ${reason}`
  return new SerializationError('STREAMS_DESERIALIZATION', message, { facts: { serde }, cause })
}

export function checkSize(serde: string, bytes: Uint8Array, size: number): void {
  if (bytes.byteLength !== size) throw unreadable(serde, `${bytes.byteLength} bytes came, ${size} are expected.`)
}
