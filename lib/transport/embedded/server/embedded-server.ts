import { TransportError } from '../../../model/errors.ts'
import type { Signal } from '../../../model/abort-signal.ts'
import type { EmbeddedBroker } from '../embedded-broker.ts'
import { apiVersions } from '../../kafka/wire/apis/api-versions.ts'
import type { ClusterView } from './cluster-view.ts'
import { errorCodes } from '../../kafka/wire/error-codes.ts'
import { answerFrame, readHeader, responseFrame, withoutTags } from './frame-header.ts'
import type { RequestHeader } from './frame-header.ts'
import type { Handler } from './handler.ts'
import { adminHandlers } from './handlers/admin-handlers.ts'
import { agreedFeatures, apiVersionsHandler, clusterHandlers } from './handlers/cluster-handlers.ts'
import { fetchHandler } from './handlers/fetch-handler.ts'
import { groupHandlers } from './handlers/group-handlers.ts'
import { groupAdminHandlers } from './handlers/group-admin-handlers.ts'
import { offsetHandlers } from './handlers/offset-handlers.ts'
import { produceHandlers } from './handlers/produce-handlers.ts'
import { transactionHandlers } from './handlers/transaction-handlers.ts'

const answering: readonly Handler[] = [
  ...produceHandlers,
  fetchHandler,
  ...offsetHandlers,
  ...clusterHandlers,
  ...groupHandlers,
  ...groupAdminHandlers,
  ...adminHandlers,
  ...transactionHandlers,
]
const handlers: ReadonlyMap<number, Handler> = new Map(
  [...answering, apiVersionsHandler(answering)].map((handler) => [handler.key, handler]),
)

export interface EmbeddedServerOptions {
  readonly broker: EmbeddedBroker
  /** What this broker knows of its cluster. */
  readonly view: ClusterView
  /** Id of this broker in the view. */
  readonly nodeId: number
}

/** The client at the other end of a connection. */
export interface ServerClient {
  readonly host: string
  /** Aborted when the connection has ended. */
  readonly signal: Signal
}

/**
 * A broker of Kafka's protocol over the embedded broker: a request frame in, a response frame out. Several servers can share one
 * embedded broker: they are the brokers of a cluster whose replicas are always in sync.
 */
export class EmbeddedServer {
  /** The APIs that this broker has, and their versions, as ApiVersions tells them. */
  readonly apiVersions: ReadonlyMap<number, { readonly min: number; readonly max: number }> = handlers
  readonly #options: EmbeddedServerOptions

  constructor(options: EmbeddedServerOptions) {
    this.#options = options
  }

  /** The features that the cluster has agreed on, as ApiVersions tells them. */
  get features(): ReadonlyMap<string, number> {
    return agreedFeatures(this.#options.broker)
  }

  /**
   * Answers a request; frames are without their length. Null: the client wants no response. A rejection means that the connection
   * has to be closed, as Kafka does on a request that it cannot read, or of a version that it does not know.
   */
  async answer(frame: Uint8Array, { host, signal }: ServerClient): Promise<Buffer | null> {
    const { apiKey, version, correlationId, clientId, rest } = readHeader(frame)
    const handler = handlers.get(apiKey)
    if (handler === undefined || version < handler.min || version > handler.max)
      return refused({ apiKey, version, correlationId, clientId, rest })
    const isFlexible = version >= handler.flexibleFrom
    const context = { ...this.#options, version, clientId, clientHost: host, signal }
    const body = await handler.answer(isFlexible ? withoutTags(rest) : rest, context)
    if (body === null) return null
    // A client reads the answer to ApiVersions before it knows which versions the broker speaks (KIP-511).
    const isPlain = !isFlexible || apiKey === apiVersions.key
    return answerFrame(correlationId, isPlain ? 'plain' : 'flexible', body)
  }
}

/** KIP-511: an unknown version of ApiVersions is answered in version 0, so that the client can choose another one. */
function refused({ apiKey, version, correlationId, clientId }: RequestHeader): Buffer {
  if (apiKey === apiVersions.key) return responseFrame(correlationId, 'plain', tooNew)
  const message = `${clientId || 'A client'} asks for API ${apiKey} in version ${version}, which this broker does not have: use ApiVersions.`
  throw new TransportError('TRANSPORT_UNSUPPORTED_VERSION', 'fatal', message, { facts: { apiKey, version } })
}

const tooNew = Buffer.alloc(12)
tooNew.writeInt16BE(errorCodes.UNSUPPORTED_VERSION, 0)
tooNew.writeInt32BE(1, 2)
tooNew.writeInt16BE(apiVersions.key, 6)
tooNew.writeInt16BE(apiVersions.versions.min, 8)
tooNew.writeInt16BE(apiVersions.versions.max, 10)
