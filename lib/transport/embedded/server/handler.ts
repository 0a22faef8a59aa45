import type { Signal } from '../../../model/abort-signal.ts'
import { decodeRequest } from '../../kafka/wire/messages.ts'
import type { RequestWriter } from '../../kafka/wire/request-writer.ts'
import type { Api } from '../../kafka/wire/schema.ts'
import { versionOf } from '../../kafka/wire/schema.ts'
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

/** The body of a response. It is written behind the header of its frame, into the same bytes. */
export interface ResponseBody {
  /** About how many bytes it is: if it is more, what is written already is copied. */
  readonly estimatedBytes: number
  write(writer: RequestWriter): void
}

/** Answers the requests of one API. */
export interface Handler {
  readonly name: string
  readonly key: number
  readonly min: number
  readonly max: number
  readonly flexibleFrom: number
  /** Takes the body of a request and resolves with the body of its response. Null: the client wants no response. */
  answer(body: Uint8Array, context: RequestContext): Promise<ResponseBody | null>
}

/** The size of most responses. */
const mostBytes = 256

/**
 * Makes the handler of an API from a function of the decoded request. `estimate` says how many bytes a response is, where it may be
 * many.
 */
export function handler<Q, QW, A, AW>(
  api: Api<Q, QW, A, AW>,
  handle: (request: Q, context: RequestContext) => AW | null | Promise<AW | null>,
  estimate: (response: AW) => number = () => mostBytes,
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
      if (response === null) return null
      const write = (writer: RequestWriter): void =>
        (api as unknown as Api<unknown, never, unknown, AW>).response.write(writer, response, versionOf(api, context.version))
      return { estimatedBytes: estimate(response), write }
    },
  }
}

/** Offers fewer versions than its codec knows. */
export function upTo(max: number, served: Handler): Handler {
  return { ...served, max }
}
