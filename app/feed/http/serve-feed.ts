import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Vector } from '../../contracts/feed.ts'
import type { QueueLimits } from '../client-queue.ts'
import type { Face } from '../faces/face.ts'
import { serverSentEvent } from '../faces/face.ts'
import { FeedClient } from '../feed-client.ts'
import type { FeedLog } from '../feed-log.ts'
import { responseOutlet } from './response-outlet.ts'

export interface ServeFeedOptions {
  readonly log: FeedLog
  readonly face: Face
  /** Where to go on; the header `Last-Event-ID` wins over it. None, or an empty one: from now on. */
  readonly at: Vector | undefined
  /** Sends what a client gets first. */
  readonly greet?: (client: FeedClient) => void
  readonly limits?: QueueLimits | undefined
  readonly headers?: Readonly<Record<string, string>>
}

/** How often a client without news hears that the connection is there. */
export const heartbeatMs = 15_000

/** A request to fastify, and the answer that it is still to get. */
interface Asked {
  readonly request: { readonly raw: IncomingMessage }
  readonly reply: { readonly raw: ServerResponse; hijack(): unknown }
}

/** Answers a request with a stream of server-sent events. A client that cannot be served is cut off: it comes again by itself. */
export function serveFeed({ request, reply }: Asked, options: ServeFeedOptions): void {
  reply.hijack()
  void serve(request.raw, reply.raw, options).catch(() => reply.raw.destroy())
}

async function serve(request: IncomingMessage, response: ServerResponse, options: ServeFeedOptions): Promise<void> {
  response.writeHead(200, {
    ...options.headers,
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  })
  const client = new FeedClient(responseOutlet(response), options.face, serverSentEvent, options.limits)
  client.frame('retry: 3000\n\n')
  const heartbeat = setInterval(() => client.frame(': hb\n\n'), heartbeatMs)
  client.gone.addEventListener('abort', () => clearInterval(heartbeat), { once: true })
  options.greet?.(client)
  await options.log.attach(client, lastEventId(request) ?? (options.at || null))
}

/** A browser that reconnects sends it; none, or an empty one, is null. */
function lastEventId({ headers }: IncomingMessage): Vector | null {
  const id = headers['last-event-id']
  return typeof id === 'string' && id !== '' ? id : null
}
