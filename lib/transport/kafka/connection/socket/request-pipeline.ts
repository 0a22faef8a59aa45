import type { Signal } from '../../../../model/abort-signal.ts'
import { decodeResponseHeader, encodeRequestHeader } from '../../wire/request-header.ts'
import { decodeResponse, encodeRequest } from '../../wire/messages.ts'
import type { Api } from '../../wire/schema.ts'
import { headerOf } from '../../wire/schema.ts'
import type { HostPort, RequestFrame } from '../connection.ts'
import type { TlsOptions } from '../../security-options.ts'
import { closedDuring } from '../connection-errors.ts'
import type { HandshakePhase } from '../connection-errors.ts'
import { BrokerSocket } from './broker-socket.ts'

interface Pending {
  readonly correlationId: number
  readonly responseHeader: 'plain' | 'flexible'
  readonly resolve: (body: Buffer) => void
  readonly reject: (reason: Error) => void
}

export interface PipelineOptions {
  readonly ssl: boolean | TlsOptions
  readonly clientId: string
}

/** Correlation ids are int32, and begin again after the last one. */
const ids = 2 ** 31

/**
 * Sends requests over a socket without waiting for earlier answers, and gives each its own answer. A broker answers in the order of
 * the requests. An answer that breaks this order ends the connection.
 */
export class RequestPipeline {
  readonly #address: string
  readonly #clientId: string
  readonly #pending: Pending[] = []
  readonly #ended = Promise.withResolvers<void>()
  #socket: BrokerSocket | null = null
  #lastId = -1
  #endedFor: Error | null = null
  #phase: HandshakePhase | null

  private constructor(broker: HostPort, { ssl, clientId }: PipelineOptions) {
    this.#address = `${broker.host}:${broker.port}`
    this.#clientId = clientId
    this.#phase = ssl === false ? null : 'the TLS handshake'
  }

  static async open(broker: HostPort, options: PipelineOptions, signal: Signal): Promise<RequestPipeline> {
    const pipeline = new RequestPipeline(broker, options)
    pipeline.#socket = await BrokerSocket.open(broker, options.ssl, signal, {
      onFrame: (frame) => pipeline.#onFrame(frame),
      onEnd: (reason) => pipeline.#onEnd(reason),
    }).catch((error: unknown) => {
      throw signal.aborted ? (error as Error) : pipeline.#explained(error as Error)
    })
    return pipeline
  }

  /** Says what the connection does now, for the error if it ends. Null when it is in use. */
  enter(phase: HandshakePhase | null): void {
    this.#phase = phase
  }

  /** Resolves when the connection has ended. */
  get ended(): Promise<void> {
    return this.#ended.promise
  }

  get isOpen(): boolean {
    return this.#endedFor === null
  }

  get isIdle(): boolean {
    return this.#pending.length === 0
  }

  /** Sends a request of the connection itself. */
  async ask<W, V>(api: Api<unknown, W, V>, apiVersion: number, body: W): Promise<V> {
    const { name: apiName, key: apiKey } = api
    const header = headerOf(api, apiVersion)
    const frame = { apiName, apiKey, apiVersion, header, body: encodeRequest(api, apiVersion, body) }
    return decodeResponse(api, apiVersion, await this.exchange(frame))
  }

  /** The header of the response has the form of the request's, unless it is said. */
  exchange({ apiKey, apiVersion, header, body }: RequestFrame, responseHeader = header): Promise<Buffer> {
    if (this.#endedFor !== null) return Promise.reject(this.#endedFor)
    const correlationId = (this.#lastId + 1) % ids
    this.#lastId = correlationId
    const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
    this.#pending.push({ correlationId, responseHeader, resolve, reject })
    this.#socket!.send(encodeRequestHeader({ apiKey, apiVersion, correlationId, clientId: this.#clientId }, header), body)
    return promise
  }

  close(reason: Error): void {
    this.#endedFor ??= reason
    this.#socket?.end(reason)
  }

  #onFrame(frame: Buffer): void {
    const pending = this.#pending.shift()
    if (pending === undefined) throw new Error('the broker sent an answer to no request')
    const { correlationId, body } = decodeResponseHeader(frame, pending.responseHeader)
    if (this.#phase === 'the first request') this.#phase = null
    if (correlationId === pending.correlationId) return pending.resolve(body)
    this.#pending.unshift(pending)
    throw new Error(`the broker answered request ${correlationId} instead of ${pending.correlationId}`)
  }

  #onEnd(reason: Error): void {
    this.#endedFor ??= this.#explained(reason)
    for (const { reject } of this.#pending.splice(0)) reject(this.#endedFor)
    this.#ended.resolve()
  }

  #explained(reason: Error): Error {
    return this.#phase === null ? reason : closedDuring(this.#phase, this.#address, reason)
  }
}
