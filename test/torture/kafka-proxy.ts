import { connect, createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { findCoordinator } from '../../lib/transport/kafka/wire/apis/find-coordinator.ts'
import { metadata } from '../../lib/transport/kafka/wire/apis/metadata.ts'
import { FrameReader } from '../../lib/transport/kafka/wire/frame-reader.ts'
import { decodeResponse, encodeResponse } from '../../lib/transport/kafka/wire/messages.ts'
import type { Api } from '../../lib/transport/kafka/wire/schema.ts'

interface Broker {
  readonly host: string
  readonly port: number
}

type AnyResponse = Readonly<Record<string, unknown>>
type AnyApi = Api<unknown, AnyResponse, AnyResponse, AnyResponse>

/**
 * A proxy before a Kafka cluster: its clients are told the proxy's own ports instead of the brokers' addresses, so that all that they
 * send goes through it. It can be slow, be silent, and break all connections.
 */
export class KafkaProxy {
  /** Every chunk of bytes is passed on after this long, in ms. */
  latencyMs = 0
  /** Nothing is passed on, in either direction, and nobody is told. */
  isSilent = false
  /** Connections are refused, and those that are there have been broken. */
  isDown = false
  readonly #ports = new Map<string, Promise<number>>()
  readonly #servers: Server[] = []
  readonly #sockets = new Set<Socket>()

  /** Returns the port that stands for a broker. */
  portFor(broker: Broker): Promise<number> {
    const address = `${broker.host}:${broker.port}`
    const port = this.#ports.get(address) ?? this.#listen(broker)
    this.#ports.set(address, port)
    return port
  }

  /** Breaks all connections, as brokers that go away; new ones are refused until `isDown` is false again. */
  break(): void {
    this.isDown = true
    for (const socket of this.#sockets) socket.destroy()
  }

  close(): void {
    this.break()
    for (const server of this.#servers) server.close()
  }

  async #listen(broker: Broker): Promise<number> {
    const server = createServer({ noDelay: true }, (client) => this.#accept(client, broker))
    this.#servers.push(server)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return (server.address() as AddressInfo).port
  }

  #accept(client: Socket, { host, port }: Broker): void {
    if (this.isDown) return void client.destroy()
    const broker = connect({ host, port, noDelay: true })
    const asked = new Map<number, { readonly apiKey: number; readonly version: number }>()
    for (const [socket, other] of [
      [client, broker],
      [broker, client],
    ] as const) {
      this.#sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => void (this.#sockets.delete(socket), other.destroy()))
    }
    const requests = frameSplitter()
    const responses = frameSplitter()
    this.#pass(client, broker, (chunk) => {
      for (const frame of requests(chunk))
        asked.set(frame.readInt32BE(4), { apiKey: frame.readInt16BE(0), version: frame.readInt16BE(2) })
      return [chunk]
    })
    this.#pass(broker, client, async (chunk) => {
      const frames = responses(chunk).map((frame) => this.#changed(frame, asked))
      return (await Promise.all(frames)).flatMap((frame) => [lengthOf(frame), frame])
    })
  }

  /** Passes bytes on in their order, each after the latency. */
  #pass(from: Socket, to: Socket, change: (chunk: Buffer) => readonly Buffer[] | Promise<readonly Buffer[]>): void {
    let last: Promise<unknown> = Promise.resolve()
    from.on('data', (chunk: Buffer) => {
      if (this.isSilent) return
      const due = Date.now() + this.latencyMs
      last = last.then(async () => {
        const changed = await change(chunk)
        if (due > Date.now()) await new Promise((resolve) => setTimeout(resolve, due - Date.now()))
        for (const bytes of changed) if (!to.destroyed) to.write(bytes)
      })
      last.catch(() => void to.destroy())
    })
  }

  async #changed(frame: Buffer, asked: Map<number, { readonly apiKey: number; readonly version: number }>): Promise<Buffer> {
    const correlationId = frame.readInt32BE(0)
    const request = asked.get(correlationId)
    asked.delete(correlationId)
    const api = request?.apiKey === metadata.key ? metadata : request?.apiKey === findCoordinator.key ? findCoordinator : null
    if (request === undefined || api === null) return frame
    const head = request.version >= api.flexibleFrom ? 5 : 4
    const known = api as unknown as AnyApi
    const response = decodeResponse(known as never, request.version, frame.subarray(head)) as AnyResponse
    const body = encodeResponse(known as never, request.version, (await this.#redirected(response)) as never)
    return Buffer.concat([frame.subarray(0, head), body])
  }

  /** Replaces every address of a broker, wherever it is in a response. */
  async #redirected(value: unknown): Promise<unknown> {
    if (Array.isArray(value)) return Promise.all(value.map((item) => this.#redirected(item)))
    if (value === null || typeof value !== 'object' || Buffer.isBuffer(value)) return value
    const entries = await Promise.all(
      Object.entries(value).map(async ([key, item]) => [key, await this.#redirected(item)] as const),
    )
    const copy = Object.fromEntries(entries) as { host?: unknown; port?: unknown }
    const { host, port } = copy
    if (typeof host !== 'string' || host === '' || typeof port !== 'number' || port <= 0) return copy
    return { ...copy, host: '127.0.0.1', port: await this.portFor({ host, port }) }
  }
}

/** Returns the frames that are complete with each chunk. */
function frameSplitter(): (chunk: Buffer) => readonly Buffer[] {
  const frames: Buffer[] = []
  const reader = new FrameReader((frame) => frames.push(frame))
  return (chunk) => {
    reader.push(chunk)
    return frames.splice(0)
  }
}

function lengthOf(frame: Buffer): Buffer {
  const length = Buffer.alloc(4)
  length.writeInt32BE(frame.length)
  return length
}
