import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { FrameReader } from '../../kafka/wire/frame-reader.ts'
import type { EmbeddedBroker } from '../embedded-broker.ts'
import { viewOfOne } from '../server/cluster-view.ts'
import { EmbeddedServer } from '../server/embedded-server.ts'
import { MutedConnection } from '../server/muted-connection.ts'

/** An open port of an embedded cluster. */
export interface KafkaListener extends AsyncDisposable {
  /** The address for clients: `host:port`. */
  readonly bootstrapServers: string
  /** The TCP port. */
  readonly port: number
  /** Closes the port and its connections. Idempotent. */
  close(): Promise<void>
}

/** Kafka's default of `socket.request.max.bytes`. */
const requestBytesMax = 104_857_600

/** Opens a port on which the broker speaks Kafka's protocol, without TLS and authentication. */
export async function listen(broker: EmbeddedBroker, clusterId: string, port: number, host: string): Promise<KafkaListener> {
  const sockets = new Set<Socket>()
  const server = createServer({ noDelay: true })
  server.listen(port, host)
  await once(server, 'listening')
  const address = { nodeId: 0, host, port: (server.address() as AddressInfo).port }
  const kafka = new EmbeddedServer({
    broker,
    view: viewOfOne(address, clusterId, (partition) => broker.leaderEpochOf(partition)),
    nodeId: address.nodeId,
  })
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    serve(kafka, socket)
  })
  const close = (): Promise<void> => closeAll(server, sockets)
  return { bootstrapServers: `${host}:${address.port}`, port: address.port, close, [Symbol.asyncDispose]: close }
}

function serve(kafka: EmbeddedServer, socket: Socket): void {
  const connection = new MutedConnection(kafka, socket.remoteAddress ?? '')
  const end = (): void => void socket.destroy()
  const reply = (response: Buffer | null): void => {
    if (response === null || socket.destroyed) return
    // Both go in one call of the system, and a response of megabytes is not copied.
    socket.cork()
    socket.write(lengthOf(response))
    socket.write(response)
    socket.uncork()
  }
  const frames = new FrameReader((frame) => void connection.receive(frame).then(reply, end), requestBytesMax)
  // A socket that fails also closes.
  socket.on('error', () => {})
  socket.on('close', () => connection.close())
  socket.on('data', (chunk: Buffer) => {
    try {
      frames.push(chunk)
    } catch {
      end()
    }
  })
}

function lengthOf(response: Buffer): Buffer {
  const length = Buffer.alloc(4)
  length.writeInt32BE(response.length)
  return length
}

async function closeAll(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  for (const socket of sockets) socket.destroy()
  if (!server.listening) return
  server.close()
  await once(server, 'close')
}
