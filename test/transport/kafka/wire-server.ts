import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { readHeader, responseFrame, withoutTags } from '../../../lib/transport/embedded/server/frame-header.ts'
import type { HostPort } from '../../../lib/transport/kafka/connection/connection.ts'
import { apiVersions } from '../../../lib/transport/kafka/wire/apis/api-versions.ts'
import { saslAuthenticate } from '../../../lib/transport/kafka/wire/apis/sasl-authenticate.ts'
import { saslHandshake } from '../../../lib/transport/kafka/wire/apis/sasl-handshake.ts'
import { FrameReader } from '../../../lib/transport/kafka/wire/frame-reader.ts'
import { decodeRequest, encodeResponse } from '../../../lib/transport/kafka/wire/messages.ts'
import { apis } from './wire/all-apis.ts'
import type { WireBroker } from './wire-broker.ts'

export interface WireServer {
  readonly address: HostPort
  readonly sockets: ReadonlySet<Socket>
  close(): Promise<void>
}

const flexibleFrom = new Map(apis.map(({ key, flexibleFrom: first }) => [key, first]))

/** A broker behind a real socket, for connections that have one. `isSilent` leaves an API without an answer. */
export async function serveWire(broker: WireBroker, isSilent: (apiKey: number) => boolean = () => false): Promise<WireServer> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket)).on('error', () => {})
    // A broker answers the requests of a connection in their order.
    let answers = Promise.resolve()
    const frames = new FrameReader((frame) => {
      const answer = answered(broker, frame, isSilent)
      answers = answers.then(async () => void socket.write(await answer))
    })
    socket.on('data', (chunk: Buffer) => frames.push(chunk))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  broker.address = { host: '127.0.0.1', port: (server.address() as AddressInfo).port }
  return {
    address: broker.address,
    sockets,
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

async function answered(broker: WireBroker, frame: Buffer, isSilent: (apiKey: number) => boolean): Promise<Buffer> {
  const { apiKey, version: apiVersion, correlationId, rest } = readHeader(frame)
  if (isSilent(apiKey)) return Promise.withResolvers<never>().promise
  const isFlexible = apiVersion >= (flexibleFrom.get(apiKey) ?? Infinity)
  const request = isFlexible ? withoutTags(rest) : rest
  const body = own(broker, apiKey, apiVersion, request) ?? (await broker.answer({ apiKey, apiVersion, body: request }))
  // A client reads the answer to ApiVersions before it knows what the broker speaks: its header is plain in all versions.
  const response = responseFrame(correlationId, isFlexible && apiKey !== apiVersions.key ? 'flexible' : 'plain', body)
  const size = Buffer.alloc(4)
  size.writeInt32BE(response.length)
  return Buffer.concat([size, response])
}

/** What only a connection asks. The one user is `a` with the password `b`. */
function own(broker: WireBroker, apiKey: number, version: number, body: Buffer): Buffer | null {
  if (apiKey === apiVersions.key) return versions(broker, version)
  if (apiKey === saslHandshake.key) return encodeResponse(saslHandshake, version, { errorCode: 0, mechanisms: ['PLAIN'] })
  if (apiKey !== saslAuthenticate.key) return null
  const isRight = decodeRequest(saslAuthenticate, version, body).authBytes.toString().endsWith('\0a\0b')
  const answer = isRight ? { errorCode: 0, errorMessage: null } : { errorCode: 58, errorMessage: 'wrong password' }
  return encodeResponse(saslAuthenticate, version, { ...answer, authBytes: Buffer.alloc(0) })
}

function versions(broker: WireBroker, version: number): Buffer {
  const offered = [
    ...broker.apiVersions,
    ...[saslHandshake, saslAuthenticate, apiVersions].map((api) => [api.key, api.versions] as const),
  ]
  const apiKeys = offered.map(([apiKey, { min, max }]) => ({ apiKey, minVersion: min, maxVersion: max }))
  return encodeResponse(apiVersions, version, { errorCode: 0, apiKeys })
}
