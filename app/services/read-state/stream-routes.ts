import { transfersFace } from '../../feed/faces/transfers-face.ts'
import { transfersQuery } from '../../feed/http/feed-query.ts'
import { serveFeed } from '../../feed/http/serve-feed.ts'
import { serveSocket } from '../../feed/http/serve-socket.ts'
import type { Http } from '../../platform/http/open-http.ts'
import { WebSockets } from '../../platform/http/web-sockets.ts'
import type { TransferFeed } from './transfer-feed.ts'

/** The stream of transfers: as server-sent events, and as messages of a WebSocket. */
export function addStreamRoutes(http: Http, feed: TransferFeed): void {
  // Clients are told that the service stops, before their connections end.
  http.addHook('preClose', () => feed[Symbol.asyncDispose]())
  const sockets = new WebSockets(http)
  http.get('/transfers/stream', { schema: { querystring: transfersQuery } }, async (request, reply) => {
    const log = await feed.log()
    const { at, userId = null } = request.query
    serveFeed({ request, reply }, { log, face: transfersFace(log.topics, userId), at })
  })
  http.get('/ws', { schema: { querystring: transfersQuery } }, async (request, reply) => {
    const log = await feed.log()
    const { at, userId = null } = request.query
    sockets.open({ request, reply }, (socket) => serveSocket(socket, { log, face: transfersFace(log.topics, userId), at }))
  })
}
