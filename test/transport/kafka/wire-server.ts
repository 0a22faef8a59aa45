import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import type { HostPort } from '../../../lib/transport/kafka/connection/connection.ts'
import { RequestWriter } from '../../../lib/transport/kafka/wire/request-writer.ts'
import { ResponseReader } from '../../../lib/transport/kafka/wire/response-reader.ts'
import type { WireBroker } from './wire-broker.ts'

export interface WireServer {
  readonly address: HostPort
  readonly sockets: ReadonlySet<Socket>
  close(): Promise<void>
}

const [saslHandshakeKey, apiVersionsKey, saslAuthenticateKey] = [17, 18, 36]
const flexible: ReadonlySet<number> = new Set([9])

/** A broker behind a real socket, for connections that have one. `isSilent` leaves an API without an answer. */
export async function serveWire(broker: WireBroker, isSilent: (apiKey: number) => boolean = () => false): Promise<WireServer> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket)).on('error', () => {})
    let received = Buffer.alloc(0)
    // A broker answers the requests of a connection in their order.
    let answers = Promise.resolve()
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk])
      for (; received.length >= 4 && received.length >= 4 + received.readInt32BE(0);) {
        const end = 4 + received.readInt32BE(0)
        const answer = answered(broker, received.subarray(4, end), isSilent)
        answers = answers.then(async () => void socket.write(await answer))
        received = received.subarray(end)
      }
    })
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
  const reader = new ResponseReader(frame)
  const apiKey = reader.int16()
  const version = reader.int16()
  const correlationId = reader.int32()
  reader.nullableString()
  if (isSilent(apiKey)) return Promise.withResolvers<never>().promise
  if (flexible.has(apiKey)) reader.skipTags()
  const body = own(broker, apiKey, version, reader) ?? (await broker.answer({ apiKey, body: reader.rest() }))
  const tags = flexible.has(apiKey) ? Buffer.of(0) : Buffer.alloc(0)
  const head = Buffer.alloc(8)
  head.writeInt32BE(4 + tags.length + body.length)
  head.writeInt32BE(correlationId, 4)
  return Buffer.concat([head, tags, body])
}

/** What only a connection asks. The one user is `a` with the password `b`. */
function own(broker: WireBroker, apiKey: number, version: number, reader: ResponseReader): Buffer | null {
  const writer = new RequestWriter()
  if (apiKey === apiVersionsKey) return versions(broker, version)
  if (apiKey === saslHandshakeKey) return writer.int16(0).array(['PLAIN'], (out, name) => out.string(name)).bytes
  if (apiKey !== saslAuthenticateKey) return null
  const isRight = reader.data().toString().endsWith('\0a\0b')
  return writer.int16(isRight ? 0 : 58).string(isRight ? null : 'wrong password').data(Buffer.alloc(0)).int64(0).bytes // prettier-ignore
}

function versions(broker: WireBroker, version: number): Buffer {
  const writer = new RequestWriter().int16(0)
  const sasl = [saslHandshakeKey, saslAuthenticateKey].map((apiKey) => [apiKey, { min: 0, max: 1 }] as const)
  writer.array([...broker.apiVersions, ...sasl], (out, [apiKey, { min, max }]) => out.int16(apiKey).int16(min).int16(max))
  return Buffer.from((version > 0 ? writer.int32(0) : writer).bytes)
}
