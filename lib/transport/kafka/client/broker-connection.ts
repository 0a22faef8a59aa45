import type { Clock } from '../../../clock/clock.ts'
import { TransportError } from '../../../model/errors.ts'
import type { Connection, HostPort, OpenConnection } from '../connection/connection.ts'
import type { KafkaRequest } from '../wire/request.ts'
import { RequestWriter } from '../wire/request-writer.ts'
import { ResponseReader } from '../wire/response-reader.ts'
import { disconnected, unsupportedVersion } from './kafka-errors.ts'

export interface BrokerConnectionOptions {
  readonly open: OpenConnection
  readonly clock: Clock
  /** How long connecting may take, authentication included. */
  readonly connectionTimeoutMs: number
  /** How long a broker may take to answer, beyond the wait that the request allows it. */
  readonly requestTimeoutMs: number
}

/** Requests and their responses over a connection to one broker, each within its time. After a failure it is done with. */
export class BrokerConnection {
  readonly #address: string
  readonly #connection: Connection
  readonly #options: BrokerConnectionOptions

  private constructor(address: string, connection: Connection, options: BrokerConnectionOptions) {
    this.#address = address
    this.#connection = connection
    this.#options = options
  }

  /** Rejects with a `TransportError` where the broker is not there, refuses the credentials, or takes too long. */
  static async open(broker: HostPort, options: BrokerConnectionOptions, signal: AbortSignal): Promise<BrokerConnection> {
    const address = addressOf(broker)
    const late = new AbortController()
    const { clock, connectionTimeoutMs } = options
    const timer = clock.schedule(connectionTimeoutMs, () => late.abort(tookTooLong('connecting', connectionTimeoutMs)))
    try {
      const connection = await options.open(broker, AbortSignal.any([late.signal, signal]))
      return new BrokerConnection(address, connection, options)
    } catch (error) {
      throw transportError(address, error)
    } finally {
      timer.cancel()
    }
  }

  /** Rejects with a `TransportError`. Requests are answered in the order of their sending. */
  async send<T>(request: KafkaRequest<T>): Promise<T> {
    this.#checkVersion(request)
    const { apiName, apiKey, apiVersion, header, write, read, bodyBytes } = request
    const writer = new RequestWriter(bodyBytes)
    write(writer)
    const frame = { apiName, apiKey, apiVersion, header: header ?? 'plain', body: writer.bytes } as const
    const response = await this.#within(this.#options.requestTimeoutMs + (request.brokerWaitMs ?? 0), apiName, () =>
      this.#connection.exchange(frame),
    )
    return read(new ResponseReader(response))
  }

  /** At once; requests under way are rejected. */
  close(): void {
    this.#connection.close(new Error('the connection was closed'))
  }

  #checkVersion({ apiKey, apiName, apiVersion }: KafkaRequest<unknown>): void {
    const offered = this.#connection.apiVersions.get(apiKey)
    if (offered !== undefined && offered.min <= apiVersion && apiVersion <= offered.max) return
    const range = offered === undefined ? 'none' : `${offered.min} to ${offered.max}`
    throw unsupportedVersion(this.#address, apiName, apiVersion, range)
  }

  // A broker that does not answer in time is given up with its connection, as Java's client does.
  async #within<T>(timeoutMs: number, what: string, exchange: () => Promise<T>): Promise<T> {
    const timer = this.#options.clock.schedule(timeoutMs, () => this.#connection.close(tookTooLong(what, timeoutMs)))
    try {
      return await exchange()
    } catch (error) {
      throw transportError(this.#address, error)
    } finally {
      timer.cancel()
    }
  }
}

export function addressOf({ host, port }: HostPort): string {
  return `${host}:${port}`
}

function tookTooLong(what: string, timeoutMs: number): Error {
  return new Error(`${what} took longer than ${timeoutMs} ms`)
}

function transportError(address: string, error: unknown): TransportError {
  return error instanceof TransportError ? error : disconnected(address, error)
}
