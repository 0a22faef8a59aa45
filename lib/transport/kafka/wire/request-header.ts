import { RequestWriter } from './request-writer.ts'
import { ResponseReader } from './response-reader.ts'

export interface RequestHeader {
  readonly apiKey: number
  readonly apiVersion: number
  readonly correlationId: number
  readonly clientId: string
}

/** Writes the header of a request. A `flexible` one (KIP-482) ends in tagged fields, of which there are none. */
export function encodeRequestHeader(header: RequestHeader, form: 'plain' | 'flexible'): Buffer {
  const { apiKey, apiVersion, correlationId, clientId } = header
  const writer = new RequestWriter(32 + clientId.length * 3)
  writer.int16(apiKey).int16(apiVersion).int32(correlationId).string(clientId)
  return (form === 'flexible' ? writer.noTags() : writer).bytes
}

/** Reads the header of a response. */
export function decodeResponseHeader(
  response: Uint8Array,
  form: 'plain' | 'flexible',
): { readonly correlationId: number; readonly body: Buffer } {
  const reader = new ResponseReader(response)
  const correlationId = reader.int32()
  if (form === 'flexible') reader.skipTags()
  return { correlationId, body: reader.rest() }
}
