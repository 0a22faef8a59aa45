import { asBuffer } from '../../../../model/bytes.ts'
import type { Kafka, logLevel, SASLOptions } from 'kafkajs'
import type { ConnectionOptions } from 'node:tls'
import { TransportError } from '../../../../model/errors.ts'
import { requirePackage } from '../../../../model/load-package.ts'
import { authenticationFailed } from '../connection-errors.ts'
import type { Connection, ConnectionSettings, HostPort, OpenConnection, RequestFrame, VersionRange } from '../connection.ts'
import { ResponseReader } from '../../wire/response-reader.ts'
import { WholeFrameSocket } from './whole-frame-socket.ts'
import type { SocketOptions } from './whole-frame-socket.ts'

/*
 * This file has all uses of kafkajs beyond its documented API. `checkShape` checks each object before its first use.
 *
 * kafkajs passes its internal cluster object to partition assigners, and that is how this file gets it. The cluster makes brokers,
 * which connect, authenticate and ask for API versions. The connection of a broker sends any request. The retries, metadata, request
 * timeouts and codecs of kafkajs are not used.
 */
interface KafkajsSocket {
  destroy(reason: Error): void
}

interface KafkajsConnection {
  chunks: unknown[]
  readonly socket?: KafkajsSocket
  readonly requestQueue: { readonly pending: readonly unknown[]; scheduleCheckPendingRequests: () => void }
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
  /** Null until `connect` has resolved. */
  readonly versions: Readonly<Record<string, { readonly minVersion: number; readonly maxVersion: number }>> | null
  connect(): Promise<void>
  disconnect(): Promise<void>
}

interface KafkajsCluster {
  readonly rootLogger: unknown
  readonly connectionPoolBuilder: { build(address: HostPort): Promise<KafkajsPool> }
  readonly brokerPool: {
    createBroker(options: { readonly connectionPool: KafkajsPool; readonly logger: unknown }): KafkajsBroker
  }
}

/** The time limit of kafkajs' own connection timer: ten minutes, so that the abort signal of the caller always comes first. */
const kafkajsTimeoutMs = 600_000

/** Prepares connections by kafkajs. The call loads that package; if it is not installed, it rejects with a `ConfigError` that says so. */
export async function kafkajsConnector(settings: ConnectionSettings): Promise<OpenConnection> {
  const kafkajs = requirePackage('kafkajs', "kafka({ connection: 'kafkajs' }) needs") as KafkajsModule
  const cluster = clusterOf(newKafka(kafkajs, settings))
  return (broker, signal) => openConnection(cluster, broker, signal)
}

interface KafkajsModule {
  readonly Kafka: typeof Kafka
  readonly logLevel: typeof logLevel
}

function newKafka(kafkajs: KafkajsModule, { clientId, ssl, ...settings }: ConnectionSettings): Kafka {
  // kafkajs writes into these options, so it gets its own.
  const sasl: SASLOptions | null = settings.sasl === null ? null : { ...settings.sasl }
  return new kafkajs.Kafka({
    clientId,
    brokers: ['unused:9092'],
    ...(ssl === false ? {} : { ssl: ssl as ConnectionOptions | true }),
    ...(sasl === null ? {} : { sasl }),
    connectionTimeout: kafkajsTimeoutMs,
    authenticationTimeout: kafkajsTimeoutMs,
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

async function openConnection(cluster: KafkajsCluster, { host, port }: HostPort, signal: AbortSignal): Promise<Connection> {
  const connectionPool = await cluster.connectionPoolBuilder.build({ host, port })
  const connection = connectionPool.pool?.[0]
  checkShape(connection !== undefined, 'connectionPool.pool')
  prepare(connection)
  const broker = cluster.brokerPool.createBroker({ connectionPool, logger: cluster.rootLogger })
  const opened = new OpenedConnection(`${host}:${port}`, broker, connection)
  await opened.connect(signal)
  return opened
}

function prepare(connection: KafkajsConnection): void {
  checkShape(typeof connection.send === 'function', 'connection.send')
  checkShape(typeof connection.processData === 'function', 'connection.processData')
  checkShape(
    typeof connection.requestQueue?.scheduleCheckPendingRequests === 'function',
    'requestQueue.scheduleCheckPendingRequests',
  )
  // kafkajs would run a 1 ms timer per connection for ever, and Node 24 warns about it (kafkajs issues 1604, 1751). With this change
  // the timer runs only while requests are pending.
  const { requestQueue } = connection
  const schedule = requestQueue.scheduleCheckPendingRequests.bind(requestQueue)
  requestQueue.scheduleCheckPendingRequests = () => void (requestQueue.pending.length > 0 && schedule())
  // kafkajs joins each frame with the remainder of the one before, which copies it. Frames arrive whole here, so the remainder is
  // always empty. Dropping it avoids the copy.
  const process = connection.processData.bind(connection)
  connection.processData = (frame) => {
    connection.chunks = []
    process(frame)
  }
}

class OpenedConnection implements Connection {
  readonly #address: string
  readonly #broker: KafkajsBroker
  readonly #connection: KafkajsConnection
  #closedFor: Error | null = null

  constructor(address: string, broker: KafkajsBroker, connection: KafkajsConnection) {
    this.#address = address
    this.#broker = broker
    this.#connection = connection
  }

  get apiVersions(): ReadonlyMap<number, VersionRange> {
    const versions = Object.entries(this.#broker.versions ?? {})
    return new Map(versions.map(([apiKey, { minVersion, maxVersion }]) => [Number(apiKey), { min: minVersion, max: maxVersion }]))
  }

  /** kafkajs does not read the features. */
  get features(): ReadonlyMap<string, number> {
    return new Map()
  }

  get isOpen(): boolean {
    return this.#closedFor === null
  }

  async connect(signal: AbortSignal): Promise<void> {
    const aborted = Promise.withResolvers<never>()
    const abort = (): void => aborted.reject(signal.reason)
    signal.addEventListener('abort', abort)
    if (signal.aborted) abort()
    const connecting = this.#broker.connect()
    try {
      await Promise.race([connecting, aborted.promise])
      checkShape(this.#broker.versions !== null, 'broker.versions')
    } catch (error) {
      // kafkajs may open its socket only after this error. That socket is closed once it is connected.
      connecting.then(() => this.close(error as Error)).catch(() => {})
      this.close(error as Error)
      throw isRefusal(error as Error) ? authenticationFailed(this.#address, error as Error) : error
    } finally {
      signal.removeEventListener('abort', abort)
    }
  }

  // kafkajs writes plain headers only. The tagged fields of a flexible header are therefore written before the body. `decode` and
  // `parse` only pass the bytes on: an error in reading them would look like an error of the connection.
  async exchange({ apiKey, apiName, apiVersion, header, body }: RequestFrame): Promise<Buffer> {
    const buffer = header === 'plain' ? asBuffer(body) : Buffer.concat([noTags, body])
    const sent = this.#connection.send({
      request: { apiKey, apiName, apiVersion, encode: () => Promise.resolve({ buf: buffer, buffer }) },
      response: {
        decode: (bytes) => Promise.resolve({ payload: bytes, clientSideThrottleTime: null }),
        parse: (decoded) => Promise.resolve(decoded.payload),
      },
      logResponseError: false,
    })
    const payload = await sent.catch((error: unknown) => {
      this.#closedFor ??= error as Error
      throw this.#closedFor
    })
    return header === 'plain' ? payload : new ResponseReader(payload).skipTags().rest()
  }

  close(reason: Error): void {
    this.#closedFor ??= reason
    this.#connection.socket?.destroy(reason)
    this.#broker.disconnect().catch(() => {})
  }
}

/** The tagged fields of a flexible header, of which there are none. */
const noTags = Buffer.of(0)

function isRefusal(error: Error): boolean {
  const { name, type } = error as Error & { readonly type?: string }
  return name === 'KafkaJSSASLAuthenticationError' || type === 'SASL_AUTHENTICATION_FAILED'
}
