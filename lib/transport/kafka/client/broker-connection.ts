import type { Clock } from '../../../clock/clock.ts'
import { TransportError } from '../../../model/errors.ts'
import type { Connection, HostPort, OpenConnection } from '../connection/connection.ts'
import type { Answer, KafkaRequest } from '../wire/request.ts'
import { headerOf } from '../wire/schema.ts'
import { disconnected, unsupportedVersion } from './kafka-errors.ts'

export interface BrokerConnectionOptions {
  readonly open: OpenConnection
  readonly clock: Clock
  /** The time limit for connecting, authentication included. */
  readonly connectionTimeoutMs: number
  /** The time limit for an answer, in addition to the `brokerWaitMs` of the request. */
  readonly requestTimeoutMs: number
}

/** Sends typed requests over a connection to one broker, each with a time limit. After a failure it cannot be used again. */
export class BrokerConnection {
  readonly #address: string
  readonly #connection: Connection
  readonly #options: BrokerConnectionOptions

  private constructor(address: string, connection: Connection, options: BrokerConnectionOptions) {
    this.#address = address
    this.#connection = connection
    this.#options = options
  }

  /** Rejects with a `TransportError` if the broker cannot be reached, refuses the credentials, or takes too long. */
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

  /**
   * Sends a request in the newest version that both sides know, and resolves with its response. Rejects with a `TransportError`.
   * Responses come in the order of the requests.
   */
  async send<T>(request: KafkaRequest<T>): Promise<Answer<T>> {
    const { apiName, apiKey, brokerWaitMs } = request
    const apiVersion = this.#negotiate(request)
    const header = headerOf(request, apiVersion)
    const frame = { apiName, apiKey, apiVersion, header, body: request.encode(apiVersion) }
    const response = await this.#within(this.#options.requestTimeoutMs + brokerWaitMs, apiName, () =>
      this.#connection.exchange(frame),
    )
    return request.decode(apiVersion, response)
  }

  /** False once the connection has ended. It cannot be used again. */
  get isOpen(): boolean {
    return this.#connection.isOpen
  }

  /** The features that the cluster has agreed on, with their levels (KIP-584). */
  get features(): ReadonlyMap<string, number> {
    return this.#connection.features
  }

  /** Closes the connection at once. Requests under way reject. */
  close(): void {
    this.#connection.close(new Error('the connection was closed'))
  }

  #negotiate({ apiKey, apiName, versions }: KafkaRequest<unknown>): number {
    const offered = this.#connection.apiVersions.get(apiKey)
    const newest = Math.min(versions.max, offered?.max ?? -1)
    if (offered === undefined || newest < Math.max(versions.min, offered.min))
      throw unsupportedVersion(this.#address, apiName, versions, offered)
    return newest
  }

  // If the broker does not answer in time, the whole connection is closed, as by Java's client.
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

// What a program does wrong is not taken for trouble with the network, which would be tried again for ever.
function transportError(address: string, error: unknown): Error {
  const isOfProgram = error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError
  return error instanceof TransportError || isOfProgram ? error : disconnected(address, error)
}
