import type { SaslOptions, TlsOptions } from '../security-options.ts'

export interface HostPort {
  readonly host: string
  readonly port: number
}

export interface ConnectionSettings {
  readonly clientId: string
  readonly ssl: boolean | TlsOptions
  /** Null: the broker asks for none. */
  readonly sasl: SaslOptions | null
}

/** The versions of an API that a broker speaks; both ends included. */
export interface VersionRange {
  readonly min: number
  readonly max: number
}

/** A request without its header: the connection writes that, with a correlation id of its own. */
export interface RequestFrame {
  readonly apiName: string
  readonly apiKey: number
  readonly apiVersion: number
  /** `flexible` headers end in a section of tagged fields, in the request and in the response (KIP-482). */
  readonly header: 'plain' | 'flexible'
  readonly body: Buffer
}

/**
 * A connection to one broker: request bytes go out, response bytes come back. After a failure it is done with; whoever holds it
 * opens another one. What stands above it counts the time that a request may take, and tries again.
 */
export interface Connection {
  /** What the broker answered to ApiVersions, by API key. */
  readonly apiVersions: ReadonlyMap<number, VersionRange>
  /**
   * Resolves with the body of the response, in memory of its own: views of it may be kept. Requests are sent in the order of
   * calls, and a broker answers them in that order. Rejects with any `Error` when the connection breaks, or is closed.
   */
  exchange(request: RequestFrame): Promise<Buffer>
  /** Ends the connection at once. Requests under way reject with the reason. */
  close(reason: Error): void
}

/**
 * Connects, authenticates, and asks for the API versions. Rejects with any `Error` when that fails; it is an
 * `authenticationFailed` one where the broker refuses the credentials. An aborted signal ends the attempt, and the call rejects.
 */
export type OpenConnection = (broker: HostPort, signal: AbortSignal) => Promise<Connection>

/** A way to make connections: `connection/kafkajs` is one. It loads what it needs when it is called. */
export type Connector = (settings: ConnectionSettings) => Promise<OpenConnection>
