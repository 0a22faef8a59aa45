import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'

/** A TCP proxy on loopback that can cut connections in the middle of a response. */
export class TcpProxy {
  readonly #server = createServer((client) => this.#accept(client))
  readonly #sockets = new Set<Socket>()
  #targetPort = 0
  #isSilent = false
  /** How many connections still get cut, each after so many bytes of its first response; `Infinity` cuts nothing. */
  cuts = 0
  cutAfterBytes = Infinity

  static async open(): Promise<TcpProxy> {
    const proxy = new TcpProxy()
    await proxy.listen(0)
    return proxy
  }

  /** Takes connections, after `close` again. */
  async listen(port: number): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(port, '127.0.0.1', resolve))
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

  /** From now on, bytes get lost in both directions, of new connections too, as between networks that are apart. */
  silence(): void {
    this.#isSilent = true
    for (const socket of this.#sockets) socket.unpipe().removeAllListeners('data').resume()
  }

  /** Ends what was silent: new connections are as before. */
  speak(): void {
    this.#isSilent = false
    for (const socket of this.#sockets) socket.destroy()
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    if (!this.#server.listening) return
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #accept(client: Socket): void {
    const broker = connect(this.#targetPort, '127.0.0.1')
    for (const socket of [client, broker]) this.#sockets.add(socket.on('error', () => {}))
    client.on('close', () => this.#sockets.delete(client))
    broker.on('close', () => this.#sockets.delete(broker))
    if (this.#isSilent) return void client.resume()
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
