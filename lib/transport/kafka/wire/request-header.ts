import { RequestWriter } from './request-writer.ts'
import { ResponseReader } from './response-reader.ts'

export interface RequestHeader {
  readonly apiKey: number
  readonly apiVersion: number
  readonly correlationId: number
  readonly clientId: string | null
}

/** Writes the header of a request. A `flexible` one (KIP-482) ends in tagged fields, of which there are none. */
export function encodeRequestHeader(header: RequestHeader, form: 'plain' | 'flexible'): Buffer {
  const { apiKey, apiVersion, correlationId, clientId } = header
  const writer = new RequestWriter(32 + (clientId ?? '').length * 3)
  writer.int16(apiKey).int16(apiVersion).int32(correlationId).string(clientId)
  return (form === 'flexible' ? writer.noTags() : writer).bytes
}

/** Reads the header of a request, for a server. `flexibleFrom` tells the first flexible version of an API. */
export function decodeRequestHeader(
  request: Uint8Array,
  flexibleFrom: (apiKey: number) => number,
): { readonly header: RequestHeader; readonly body: Buffer } {
  const reader = new ResponseReader(request)
  const apiKey = reader.int16()
  const apiVersion = reader.int16()
  const header = { apiKey, apiVersion, correlationId: reader.int32(), clientId: reader.nullableString() }
  if (apiVersion >= flexibleFrom(apiKey)) reader.skipTags()
  return { header, body: reader.rest() }
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
