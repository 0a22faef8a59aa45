import type { Kafka, SASLOptions, logLevel } from 'kafkajs'
import type { ConnectionOptions } from 'node:tls'
import type { Clock } from '../../../../clock/clock.ts'
import { TransportError } from '../../../../model/errors.ts'
import { authenticationFailed, disconnected } from '../../client/kafka-errors.ts'
import { WholeFrameSocket } from './whole-frame-socket.ts'
import type { SocketOptions } from './whole-frame-socket.ts'
import { RequestWriter } from '../../wire/request-writer.ts'
import type { KafkaRequest } from '../../wire/request.ts'
import { ResponseReader } from '../../wire/response-reader.ts'

/*
 * All that is used of kafkajs beyond its documented API stands in this file, and `checkShape` looks at it before the first use:
 * a partition assigner is handed the cluster object; from that come brokers (address, SASL, API versions) whose connection
 * sends any request. kafkajs' retries, metadata, request time-outs and codecs are not used.
 */
interface KafkajsSocket {
  destroy(reason: Error): void
}

interface KafkajsConnection {
  chunks: unknown[]
  readonly socket?: KafkajsSocket
  readonly requestQueue: { readonly pending: readonly unknown[]; scheduleCheckPendingRequests: () => void }
  readonly authHandlers: unknown
  processData(frame: Buffer): void
  send<T>(exchange: {
    readonly request: {
      readonly apiKey: number
      readonly apiName: string
      readonly apiVersion: number
      readonly encode: () => Promise<{ readonly buf: Buffer; readonly buffer: Buffer }>
    }
    readonly response: {
      readonly decode: (payload: Buffer) => Promise<Decoded>
      readonly parse: (decoded: Decoded) => Promise<T>
    }
    readonly logResponseError: boolean
  }): Promise<T>
}

interface Decoded {
  readonly payload: Buffer
  readonly clientSideThrottleTime: number | null
}

interface KafkajsPool {
  readonly pool: readonly KafkajsConnection[]
}

interface KafkajsBroker {
  connect(): Promise<void>
  disconnect(): Promise<void>
}

interface KafkajsCluster {
  readonly rootLogger: unknown
  readonly connectionPoolBuilder: { build(address: { readonly host: string; readonly port: number }): Promise<KafkajsPool> }
  readonly brokerPool: {
    createBroker(options: { readonly connectionPool: KafkajsPool; readonly logger: unknown }): KafkajsBroker
  }
}

export interface ConnectionSettings {
  readonly clientId: string
  readonly ssl: boolean | ConnectionOptions
  readonly sasl: SASLOptions | null
  readonly connectionTimeoutMs: number
  readonly requestTimeoutMs: number
  readonly clock: Clock
}

/** A connection to one broker, ready for requests. After a failure it is done with: open another one. */
export interface BrokerConnection {
  readonly address: string
  /** Rejects with a `TransportError`. Requests are answered in the order of their sending. */
  send<T>(request: KafkaRequest<T>): Promise<T>
  /** At once; requests under way are rejected. */
  close(): void
}

export type OpenConnection = (host: string, port: number) => Promise<BrokerConnection>

/** Loads kafkajs. The answer opens connections. */
export async function connector(settings: ConnectionSettings): Promise<OpenConnection> {
  const kafkajs = await import('kafkajs')
  const cluster = clusterOf(newKafka(kafkajs, settings))
  return (host, port) => openConnection(cluster, settings, host, port)
}

interface KafkajsModule {
  readonly Kafka: typeof Kafka
  readonly logLevel: typeof logLevel
}

function newKafka(kafkajs: KafkajsModule, settings: ConnectionSettings): Kafka {
  return new kafkajs.Kafka({
    clientId: settings.clientId,
    brokers: ['unused:9092'],
    ...(settings.ssl === false ? {} : { ssl: settings.ssl }),
    ...(settings.sasl === null ? {} : { sasl: settings.sasl }),
    connectionTimeout: settings.connectionTimeoutMs,
    authenticationTimeout: settings.connectionTimeoutMs,
    enforceRequestTimeout: false,
    logLevel: kafkajs.logLevel.NOTHING,
    socketFactory: ((options: SocketOptions & { readonly ssl?: ConnectionOptions | true }) => {
      const ssl = options.ssl === undefined ? null : (options.ssl as unknown) === true ? {} : options.ssl
      return new WholeFrameSocket({ ...options, ssl })
    }) as never,
  })
}

function clusterOf(kafka: Kafka): KafkajsCluster {
  let cluster: KafkajsCluster | undefined
  const assigner = (handed: unknown): never => {
    cluster = (handed as { readonly cluster?: KafkajsCluster }).cluster
    return { name: 'unused', version: 0, assign: () => Promise.resolve([]), protocol: () => ({}) } as never
  }
  kafka.consumer({ groupId: 'unused', partitionAssigners: [assigner] })
  checkShape(typeof cluster?.connectionPoolBuilder?.build === 'function', 'cluster.connectionPoolBuilder.build')
  checkShape(typeof cluster.brokerPool?.createBroker === 'function', 'cluster.brokerPool.createBroker')
  return cluster
}

function checkShape(isThere: boolean, name: string): asserts isThere {
  if (isThere) return
  const message = `kafkajs has no ${name}: Millrace needs kafkajs 2.2.x. Check what npm has installed (npm ls kafkajs).`
  throw new TransportError('TRANSPORT_UNSUPPORTED_CLIENT', 'fatal', message, { facts: { missing: name } })
}

async function openConnection(
  cluster: KafkajsCluster,
  settings: ConnectionSettings,
  host: string,
  port: number,
): Promise<BrokerConnection> {
  const connectionPool = await cluster.connectionPoolBuilder.build({ host, port })
  const connection = connectionPool.pool?.[0]
  checkShape(connection !== undefined, 'connectionPool.pool')
  prepare(connection)
  const broker = cluster.brokerPool.createBroker({ connectionPool, logger: cluster.rootLogger })
  const opened = new KafkajsBrokerConnection(`${host}:${port}`, broker, connection, settings)
  await opened.connect().catch((error: unknown) => {
    opened.close()
    throw error
  })
  return opened
}

function prepare(connection: KafkajsConnection): void {
  checkShape(typeof connection.send === 'function', 'connection.send')
  checkShape(typeof connection.processData === 'function', 'connection.processData')
  checkShape(
    typeof connection.requestQueue?.scheduleCheckPendingRequests === 'function',
    'requestQueue.scheduleCheckPendingRequests',
  )
  // Without it each connection runs a timer of 1 ms for ever, of which Node 24 warns (kafkajs issues 1604, 1751).
  const { requestQueue } = connection
  const schedule = requestQueue.scheduleCheckPendingRequests.bind(requestQueue)
  requestQueue.scheduleCheckPendingRequests = () => void (requestQueue.pending.length > 0 && schedule())
  // Frames arrive whole: dropping the empty remainder of the last one spares a copy of each.
  const process = connection.processData.bind(connection)
  connection.processData = (frame) => {
    connection.chunks = []
    process(frame)
  }
}

class KafkajsBrokerConnection implements BrokerConnection {
  readonly address: string
  readonly #broker: KafkajsBroker
  readonly #connection: KafkajsConnection
  readonly #settings: ConnectionSettings

  constructor(address: string, broker: KafkajsBroker, connection: KafkajsConnection, settings: ConnectionSettings) {
    this.address = address
    this.#broker = broker
    this.#connection = connection
    this.#settings = settings
  }

  connect(): Promise<void> {
    return this.#within(this.#settings.connectionTimeoutMs, 'connecting', this.#broker.connect())
  }

  send<T>(request: KafkaRequest<T>): Promise<T> {
    const waitMs = this.#settings.requestTimeoutMs + (request.brokerWaitMs ?? 0)
    return this.#within(waitMs, request.apiName, this.#exchange(request))
  }

  close(): void {
    this.#connection.socket?.destroy(new Error('the connection was closed'))
    this.#broker.disconnect().catch(() => {})
  }

  // kafkajs' `decode` and `parse` only pass the bytes on: an error in reading must not look like one of the connection.
  async #exchange<T>({ apiKey, apiName, apiVersion, write, read, bodyBytes }: KafkaRequest<T>): Promise<T> {
    const encode = (): Promise<{ buf: Buffer; buffer: Buffer }> => {
      const writer = new RequestWriter(bodyBytes)
      write(writer)
      return Promise.resolve({ buf: writer.bytes, buffer: writer.bytes })
    }
    const payload = await this.#connection.send({
      request: { apiKey, apiName, apiVersion, encode },
      response: {
        decode: (bytes) => Promise.resolve({ payload: bytes, clientSideThrottleTime: null }),
        parse: (decoded) => Promise.resolve(decoded.payload),
      },
      logResponseError: false,
    })
    return read(new ResponseReader(payload))
  }

  // A broker that does not answer in time is given up with its connection, as Java's client does.
  async #within<T>(timeoutMs: number, what: string, answer: Promise<T>): Promise<T> {
    const late = Promise.withResolvers<never>()
    const timer = this.#settings.clock.schedule(timeoutMs, () => {
      const reason = new Error(`${what} took longer than ${timeoutMs} ms`)
      late.reject(reason)
      this.#connection.socket?.destroy(reason)
    })
    try {
      return await Promise.race([answer, late.promise])
    } catch (error) {
      throw this.#transportError(error)
    } finally {
      timer.cancel()
    }
  }

  #transportError(error: unknown): unknown {
    if (error instanceof TransportError || !(error instanceof Error)) return error
    const { name, type } = error as Error & { readonly type?: string }
    if (name === 'KafkaJSSASLAuthenticationError' || type === 'SASL_AUTHENTICATION_FAILED')
      return authenticationFailed(this.address, error)
    return disconnected(this.address, error)
  }
}
