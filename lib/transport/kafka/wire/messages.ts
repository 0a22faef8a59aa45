import { RequestWriter } from './request-writer.ts'
import { ResponseReader } from './response-reader.ts'
import type { Api } from './schema.ts'
import { versionOf } from './schema.ts'

/** Writes the body of a request, without its header. `into` is the first buffer, or the estimated size. */
export function encodeRequest<W>(api: Api<unknown, W>, version: number, body: W, into?: number | Buffer): Buffer {
  const writer = new RequestWriter(into)
  api.request.write(writer, body, versionOf(api, version))
  return writer.bytes
}

/** Reads the body of a request. Throws `TRANSPORT_CORRUPT_RESPONSE` if it is broken. Byte fields are views of `body`. */
export function decodeRequest<V>(api: Api<V>, version: number, body: Uint8Array): V {
  return api.request.read(new ResponseReader(body), versionOf(api, version))
}

/** Writes the body of a response, without its header. */
export function encodeResponse<W>(api: Api<unknown, never, unknown, W>, version: number, body: W): Buffer {
  const writer = new RequestWriter()
  api.response.write(writer, body, versionOf(api, version))
  return writer.bytes
}

/** Reads the body of a response. Throws `TRANSPORT_CORRUPT_RESPONSE` if it is broken. Byte fields are views of `body`. */
export function decodeResponse<V>(api: Api<unknown, never, V>, version: number, body: Uint8Array): V {
  return api.response.read(new ResponseReader(body), versionOf(api, version))
}
