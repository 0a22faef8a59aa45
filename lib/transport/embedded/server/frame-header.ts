import { RequestWriter } from '../../kafka/wire/request-writer.ts'
import { ResponseReader } from '../../kafka/wire/response-reader.ts'
import type { ResponseBody } from './handler.ts'

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

const headerBytesMax = 5

/** Writes a correlation id, the tagged fields of a flexible header, and the body of a response. */
export function answerFrame(correlationId: number, header: 'plain' | 'flexible', body: ResponseBody): Buffer {
  const writer = new RequestWriter(headerBytesMax + body.estimatedBytes).int32(correlationId)
  body.write(header === 'flexible' ? writer.noTags() : writer)
  return writer.bytes
}

/** As {@link answerFrame}, of a body that is written already. */
export function responseFrame(correlationId: number, header: 'plain' | 'flexible', body: Uint8Array): Buffer {
  return answerFrame(correlationId, header, { estimatedBytes: body.length, write: (writer) => void writer.raw(body) })
}
