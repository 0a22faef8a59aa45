import { EventEmitter } from 'node:events'
import { connect, isIP } from 'node:net'
import type { Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { ConnectionOptions } from 'node:tls'

const sizeBytes = 4
/** The largest response that is accepted. A peer that announces more does not speak Kafka's protocol. */
const frameBytesMax = 256 << 20
const chunkBytes = 256 << 10
const keepAliveMs = 60_000

export interface SocketOptions {
  readonly host: string
  readonly port: number
  readonly ssl: ConnectionOptions | null
  readonly onConnect: () => void
}

/**
 * A socket that emits whole responses only, each in a buffer of its own. It works around a fault of kafkajs: when a connection
 * breaks in the middle of a response, kafkajs puts the received half before the first response of the next connection. That ends
 * the connection, or the process.
 *
 * The class has the part of `net.Socket` that kafkajs uses. It reads every chunk into the same buffer, at a third of the cost of
 * `'data'` events.
 */
export class WholeFrameSocket extends EventEmitter {
  readonly #socket: Socket
  readonly #size = Buffer.allocUnsafe(sizeBytes)
  #sizeRead = 0
  #frame: Buffer | null = null
  #frameRead = 0
  #isConnected = false
  #hasEnded = false

  constructor({ host, port, ssl, onConnect }: SocketOptions) {
    super()
    const onread = { buffer: Buffer.allocUnsafeSlow(chunkBytes), callback: this.#read }
    const connected = (): void => {
      this.#isConnected = true
      onConnect()
    }
    const name = isIP(host) === 0 ? { servername: host } : {}
    this.#socket =
      ssl === null
        ? connect({ host, port, noDelay: true, onread }, connected)
        : connectTls({ host, port, onread, ...name, ...ssl } as unknown as ConnectionOptions, connected)
    this.#socket.setKeepAlive(true, keepAliveMs)
    this.#socket.on('error', (error) => this.#end(error))
    this.#socket.on('end', () => this.#end())
    this.#socket.on('close', () => this.#end())
    this.#socket.on('timeout', () => this.emit('timeout'))
  }

  write(bytes: Buffer): boolean {
    return this.#socket.write(bytes)
  }

  end(): void {
    if (this.#socket.connecting) this.#socket.destroy()
    else this.#socket.destroySoon()
  }

  unref(): void {
    this.#socket.unref()
  }

  /** Closes the connection at once. Requests without an answer fail with `reason`. */
  destroy(reason: Error): void {
    this.#socket.destroy()
    this.#end(reason)
  }

  // Tells the owner of the end once, whatever the cause. If the connection ends before it is open, the owner gets an error, because
  // kafkajs would wait for ever otherwise.
  #end(error?: Error): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    this.#frame = null
    if (error !== undefined) this.emit('error', error)
    else if (this.#isConnected) this.emit('end')
    else this.emit('error', new Error('the connection was closed at once (is ssl set as the broker has it?)'))
  }

  readonly #read = (length: number, chunk: Uint8Array): boolean => {
    try {
      for (let at = 0; at < length && !this.#hasEnded;)
        at += this.#frame === null ? this.#readSize(chunk, at, length) : this.#fill(chunk, at, length)
    } catch (error) {
      this.destroy(error as Error)
    }
    return true
  }

  #readSize(chunk: Uint8Array, at: number, length: number): number {
    const taken = Math.min(sizeBytes - this.#sizeRead, length - at)
    this.#size.set(chunk.subarray(at, at + taken), this.#sizeRead)
    this.#sizeRead += taken
    if (this.#sizeRead === sizeBytes) this.#startFrame(this.#size.readInt32BE(0))
    return taken
  }

  #startFrame(bodyBytes: number): void {
    if (bodyBytes < sizeBytes || bodyBytes > frameBytesMax)
      throw new Error(
        `a response of ${bodyBytes} bytes is none of Kafka's (is this port Kafka's, and is ssl set as the broker has it?)`,
      )
    this.#frame = Buffer.allocUnsafeSlow(sizeBytes + bodyBytes)
    this.#frame.set(this.#size)
    this.#frameRead = sizeBytes
    this.#sizeRead = 0
  }

  #fill(chunk: Uint8Array, at: number, length: number): number {
    const frame = this.#frame!
    const taken = Math.min(frame.length - this.#frameRead, length - at)
    frame.set(chunk.subarray(at, at + taken), this.#frameRead)
    this.#frameRead += taken
    if (this.#frameRead === frame.length) {
      this.#frame = null
      this.emit('data', frame)
    }
    return taken
  }
}
