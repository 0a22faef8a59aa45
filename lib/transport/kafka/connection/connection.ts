import type { Chance } from '../../../clock/chance.ts'
import type { Clock } from '../../../clock/clock.ts'
import type { Signal } from '../../../model/abort-signal.ts'
import type { SaslOptions, TlsOptions } from '../security-options.ts'

/** Address of a broker. */
export interface HostPort {
  /** Name or IP address. */
  readonly host: string
  /** TCP port. */
  readonly port: number
}

/** The settings of all connections of a client. */
export interface ConnectionSettings {
  /** The client's name in the logs, metrics and quotas of brokers (Kafka: `client.id`). */
  readonly clientId: string
  /** Whether connections are encrypted: `true`, or TLS options. */
  readonly ssl: boolean | TlsOptions
  /** The mechanism and credentials of the client. Null: the client does not authenticate. */
  readonly sasl: SaslOptions | null
  /** A connection that sends nothing for this long, in ms, closes itself (Kafka: `connections.max.idle.ms`). */
  readonly idleTimeoutMs: number
  /** The clock of timeouts and sessions. */
  readonly clock: Clock
  /** Random numbers, for nonces. */
  readonly chance: Chance
}

/** The versions of an API that a broker supports, from `min` to `max`, both included. */
export interface VersionRange {
  /** The oldest version. */
  readonly min: number
  /** The newest version. */
  readonly max: number
}

/** A request without its header. The connection writes the header with a correlation id. */
export interface RequestFrame {
  /** The name of the API in messages. */
  readonly apiName: string
  /** Number of the API in Kafka's protocol. */
  readonly apiKey: number
  /** Version that `body` is written in. */
  readonly apiVersion: number
  /** `flexible` headers end in a section of tagged fields, in the request and in the response (KIP-482). */
  readonly header: 'plain' | 'flexible'
  /** The bytes of the request after its header. They are valid until it is answered. */
  readonly body: Uint8Array
}

/**
 * A connection to one broker. It sends the bytes of requests and returns the bytes of responses. After a failure it cannot be used
 * again. Its owner (`BrokerConnection`) has the time limits, and the clients above that one retry.
 */
export interface Connection {
  /** The versions that the broker supports, by API key (the answer to ApiVersions). */
  readonly apiVersions: ReadonlyMap<number, VersionRange>
  /**
   * The features that the cluster has agreed on, with their levels (KIP-584), e.g. `transaction.version`. Empty if the broker does not
   * tell them.
   */
  readonly features: ReadonlyMap<string, number>
  /** False once the connection has ended, by whichever side. */
  readonly isOpen: boolean
  /**
   * Sends a request and resolves with the body of its response. The returned bytes are not used again, so callers may keep views of
   * it. Requests are sent in the order of the calls, and a broker answers them in that order. Rejects with any `Error` if the
   * connection breaks or is closed.
   */
  exchange(request: RequestFrame): Promise<Uint8Array>
  /** Closes the connection at once. Requests under way reject with `reason`. */
  close(reason: Error): void
}

/**
 * Connects, authenticates, and asks for the API versions. Rejects with an `authenticationFailed` error if the broker refuses the
 * credentials, and with any other `Error` for other failures. An aborted signal ends the attempt, and the promise rejects.
 */
export type OpenConnection = (broker: HostPort, signal: Signal) => Promise<Connection>

/**
 * Prepares connections with the given settings. `socketConnector` is Millrace's own. `kafkajsConnector` loads the package kafkajs
 * when it is called.
 */
export type Connector = (settings: ConnectionSettings) => Promise<OpenConnection>
