import { RequestWriter } from '../../kafka/wire/request-writer.ts'
import { ResponseReader } from '../../kafka/wire/response-reader.ts'

/** The beginning of a request: which API it asks in which version, and by which number its response is known. */
export interface RequestHeader {
  readonly apiKey: number
  readonly version: number
  readonly correlationId: number
  readonly clientId: string
  /** The bytes after the header's plain part. A flexible header has tagged fields in front of the body. */
  readonly rest: Buffer
}

export function readHeader(frame: Uint8Array): RequestHeader {
  const reader = new ResponseReader(frame)
  const header = { apiKey: reader.int16(), version: reader.int16(), correlationId: reader.int32() }
  return { ...header, clientId: reader.nullableString() ?? '', rest: reader.rest() }
}

export function withoutTags(bytes: Uint8Array): Buffer {
  return new ResponseReader(bytes).skipTags().rest()
}

/** Joins a correlation id, the tagged fields of a flexible header, and the body of a response. */
export function responseFrame(correlationId: number, header: 'plain' | 'flexible', body: Uint8Array): Buffer {
  const writer = new RequestWriter(body.length + 5).int32(correlationId)
  return (header === 'flexible' ? writer.noTags() : writer).raw(body).bytes
}
