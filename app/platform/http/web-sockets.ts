import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import type { WebSocket } from 'ws'
import type { Http } from './open-http.ts'
import { Problem } from './problem.ts'

/** Clients of these sockets listen. What they say is not read, and may not be long. */
const messageBytesMax = 1024

/** How long a client has to say goodbye when the server closes. */
const goodbyeMs = 1000

interface Answered {
  readonly request: { readonly raw: IncomingMessage }
  readonly reply: { readonly raw: ServerResponse; hijack(): unknown; header(name: string, value: string): unknown }
}

/**
 * WebSockets on routes of a server. A request that wants to become one is a request like all others: its route's schema holds, and a refusal is
 * problem+json.
 */
export class WebSockets {
  readonly #server = new WebSocketServer({ noServer: true, maxPayload: messageBytesMax })
  /** What came behind the head of requests that want to become sockets. */
  readonly #upgrades = new WeakMap<IncomingMessage, Buffer>()

  constructor(http: Http) {
    http.server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      socket.on('error', () => socket.destroy())
      this.#upgrades.set(request, head)
      const response = new ServerResponse(request)
      response.shouldKeepAlive = false
      response.assignSocket(socket as Socket)
      response.once('finish', () => socket.end())
      http.routing(request, response)
    })
    http.addHook('preClose', () => this.#closeAll())
  }

  /** Makes a socket of a request; a {@link Problem} where the client wants none. */
  open({ request, reply }: Answered, onOpen: (socket: WebSocket) => void): void {
    const head = this.#upgrades.get(request.raw)
    if (head === undefined) {
      reply.header('upgrade', 'websocket')
      throw new Problem(426, 'This is a WebSocket: ask with Upgrade: websocket.')
    }
    reply.hijack()
    const { socket } = request.raw
    reply.raw.detachSocket(socket)
    this.#server.handleUpgrade(request.raw, socket, head, onOpen)
  }

  /** A server has closed when its last connection has: one whose client does not answer is cut off. */
  async #closeAll(): Promise<void> {
    const sockets = [...this.#server.clients]
    const closed = Promise.all(sockets.map((socket) => once(socket, 'close')))
    for (const socket of sockets) socket.close(1001)
    const timer = setTimeout(() => sockets.forEach((socket) => socket.terminate()), goodbyeMs)
    await closed
    clearTimeout(timer)
    this.#server.close()
  }
}
