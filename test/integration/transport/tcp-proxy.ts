import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'

/** A TCP proxy on loopback that can cut connections in the middle of a response. */
export class TcpProxy {
  readonly #server = createServer((client) => this.#accept(client))
  readonly #sockets = new Set<Socket>()
  #targetPort = 0
  /** How many connections still get cut, each after so many bytes of its first response; `Infinity` cuts nothing. */
  cuts = 0
  cutAfterBytes = Infinity

  static async open(): Promise<TcpProxy> {
    const proxy = new TcpProxy()
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve))
    return proxy
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  forwardTo(port: number): void {
    this.#targetPort = port
  }

  /** Cuts the next response of each open connection, and of the next `connections` new ones, after so many bytes. */
  cut(bytes: number, connections: number): void {
    this.cutAfterBytes = bytes
    this.cuts = connections
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #accept(client: Socket): void {
    const broker = connect(this.#targetPort, '127.0.0.1')
    for (const socket of [client, broker]) this.#sockets.add(socket.on('error', () => {}))
    client.pipe(broker)
    client.on('close', () => broker.destroy())
    broker.on('close', () => client.destroy())
    broker.on('data', (bytes: Buffer) => {
      if (this.cuts === 0) return void client.write(bytes)
      this.cuts--
      client.end(bytes.subarray(0, this.cutAfterBytes))
      broker.destroy()
    })
  }
}
