import type { Signal } from '../../../model/abort-signal.ts'
import { decodeRequest, encodeResponse } from '../../kafka/wire/messages.ts'
import type { Api } from '../../kafka/wire/schema.ts'
import type { EmbeddedBroker } from '../embedded-broker.ts'
import type { ClusterView } from './cluster-view.ts'

/** The broker that a request has reached, and the client that sent it. */
export interface RequestContext {
  readonly broker: EmbeddedBroker
  readonly view: ClusterView
  /** Id of the broker that answers. */
  readonly nodeId: number
  readonly version: number
  readonly clientId: string
  readonly clientHost: string
  /** Aborted when the client has gone: what waits on its behalf ends. */
  readonly signal: Signal
}

/** Answers the requests of one API. */
export interface Handler {
  readonly name: string
  readonly key: number
  readonly min: number
  readonly max: number
  readonly flexibleFrom: number
  /** Takes the body of a request and resolves with the body of its response. Null: the client wants no response. */
  answer(body: Uint8Array, context: RequestContext): Promise<Buffer | null>
}

/** Makes the handler of an API from a function of the decoded request. */
export function handler<Q, QW, A, AW>(
  api: Api<Q, QW, A, AW>,
  handle: (request: Q, context: RequestContext) => AW | null | Promise<AW | null>,
): Handler {
  const { name, key, versions, flexibleFrom } = api
  return {
    name,
    key,
    ...versions,
    flexibleFrom,
    async answer(body, context) {
      const request = decodeRequest(api as Api<Q>, context.version, body)
      const response = await handle(request, context)
      return response === null
        ? null
        : encodeResponse(api as unknown as Api<unknown, never, unknown, AW>, context.version, response)
    },
  }
}

/** Offers fewer versions than its codec knows. */
export function upTo(max: number, served: Handler): Handler {
  return { ...served, max }
}
