import type { Chance } from '../../../../clock/chance.ts'
import type { Clock, Timer } from '../../../../clock/clock.ts'
import type { Signal } from '../../../../model/abort-signal.ts'
import { TransportError } from '../../../../model/errors.ts'
import { apiVersions as apiVersionsApi } from '../../wire/apis/api-versions.ts'
import { errorCodes } from '../../wire/error-codes.ts'
import { decodeResponse, encodeRequest } from '../../wire/messages.ts'
import { headerOf } from '../../wire/schema.ts'
import type { Connection, ConnectionSettings, HostPort, OpenConnection, RequestFrame, VersionRange } from '../connection.ts'
import { authenticate } from './sasl.ts'
import { RequestPipeline } from './request-pipeline.ts'

/** Prepares connections over sockets of this machine. */
export function socketConnector(settings: ConnectionSettings): Promise<OpenConnection> {
  return Promise.resolve((broker, signal) => SocketConnection.open(broker, settings, signal))
}

/**
 * A connection by Millrace's own client. It connects, asks for the API versions, and authenticates. When the broker limits the
 * lifetime of a session, it authenticates again in time (KIP-368): requests wait meanwhile. After `idleTimeoutMs` without a request
 * it closes itself.
 */
class SocketConnection implements Connection {
  readonly apiVersions: ReadonlyMap<number, VersionRange>
  readonly features: ReadonlyMap<string, number>
  readonly #address: string
  readonly #pipeline: RequestPipeline
  readonly #settings: ConnectionSettings
  readonly #clock: Clock
  readonly #chance: Chance
  #renewAtMs = Infinity
  #renewing: Promise<void> | null = null
  #usedAtMs: number
  #idle: Timer | null = null

  private constructor(address: string, pipeline: RequestPipeline, settings: ConnectionSettings, offer: Offer) {
    this.apiVersions = offer.apiVersions
    this.features = offer.features
    this.#address = address
    this.#pipeline = pipeline
    this.#settings = settings
    this.#clock = settings.clock
    this.#chance = settings.chance
    this.#usedAtMs = this.#clock.monotonic()
  }

  static async open(broker: HostPort, settings: ConnectionSettings, signal: Signal): Promise<SocketConnection> {
    const pipeline = await RequestPipeline.open(broker, settings, signal)
    const abort = (): void => pipeline.close(signal.reason as Error)
    signal.addEventListener('abort', abort)
    try {
      pipeline.enter('ApiVersions')
      const offer = await askVersions(pipeline)
      const connection = new SocketConnection(`${broker.host}:${broker.port}`, pipeline, settings, offer)
      pipeline.enter('SASL')
      await connection.#authenticate()
      pipeline.enter(settings.sasl === null ? 'the first request' : null)
      connection.#watchIdle()
      void pipeline.ended.then(() => connection.#idle?.cancel())
      return connection
    } catch (error) {
      pipeline.close(error as Error)
      throw error
    } finally {
      signal.removeEventListener('abort', abort)
    }
  }

  get isOpen(): boolean {
    return this.#pipeline.isOpen
  }

  async exchange(request: RequestFrame): Promise<Uint8Array> {
    this.#usedAtMs = this.#clock.monotonic()
    if (this.#usedAtMs >= this.#renewAtMs) this.#renew()
    if (this.#renewing !== null) await this.#renewing
    return this.#pipeline.exchange(request)
  }

  close(reason: Error): void {
    this.#pipeline.close(reason)
  }

  // The session is renewed after 85 to 95 % of its lifetime, as by Java's client.
  async #authenticate(): Promise<void> {
    const { sasl } = this.#settings
    if (sasl === null) return
    const { apiVersions } = this
    const context = { address: this.#address, pipeline: this.#pipeline, apiVersions, chance: this.#chance }
    const lifetimeMs = await authenticate(sasl, context)
    const part = 0.85 + 0.1 * this.#chance.float()
    this.#renewAtMs = lifetimeMs > 0 ? this.#clock.monotonic() + lifetimeMs * part : Infinity
  }

  #renew(): void {
    this.#renewAtMs = Infinity
    this.#renewing = this.#authenticate().then(
      () => void (this.#renewing = null),
      (error: unknown) => {
        this.close(error as Error)
        throw error
      },
    )
  }

  #watchIdle(): void {
    const { idleTimeoutMs } = this.#settings
    const leftMs = this.#usedAtMs + idleTimeoutMs - this.#clock.monotonic()
    if (leftMs <= 0 && this.#pipeline.isIdle) return this.close(new Error(`no request was sent for ${idleTimeoutMs} ms`))
    this.#idle = this.#clock.schedule(leftMs > 0 ? leftMs : idleTimeoutMs, () => {
      if (this.isOpen) this.#watchIdle()
    })
  }
}

interface Offer {
  readonly apiVersions: ReadonlyMap<number, VersionRange>
  readonly features: ReadonlyMap<string, number>
}

/** The first version with features. Brokers before Kafka 2.4 do not know it. */
const featuresVersion = 3

// A broker that does not know the version answers in version 0, with error 35. The header of the response is plain in all versions
// (KIP-511).
async function askVersions(pipeline: RequestPipeline): Promise<Offer> {
  const ask = async (apiVersion: number): Promise<Buffer> => {
    const { name: apiName, key: apiKey } = apiVersionsApi
    const body = encodeRequest(apiVersionsApi, apiVersion, { clientSoftwareName: 'millrace', clientSoftwareVersion: 'unknown' })
    const header = headerOf(apiVersionsApi, apiVersion)
    return pipeline.exchange({ apiName, apiKey, apiVersion, header, body }, 'plain')
  }
  const newest = await ask(featuresVersion)
  const isUnknown = newest.length >= 2 && newest.readInt16BE(0) === errorCodes.UNSUPPORTED_VERSION
  const response = isUnknown
    ? decodeResponse(apiVersionsApi, 0, await ask(0))
    : decodeResponse(apiVersionsApi, featuresVersion, newest)
  if (response.errorCode !== 0) throw refusedVersions(response.errorCode)
  const { apiKeys, finalizedFeatures } = response
  return {
    apiVersions: new Map(apiKeys.map(({ apiKey, minVersion, maxVersion }) => [apiKey, { min: minVersion, max: maxVersion }])),
    features: new Map(finalizedFeatures.map(({ name, maxVersionLevel }) => [name, maxVersionLevel])),
  }
}

function refusedVersions(errorCode: number): TransportError {
  const message = `The broker is too old, or no broker: it answers ApiVersions with error ${errorCode}. Use brokers of Kafka 2.5 or newer.`
  return new TransportError('TRANSPORT_UNSUPPORTED_VERSION', 'fatal', message, { facts: { errorCode } })
}
