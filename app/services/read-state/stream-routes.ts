import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import { transfersFace } from '../../feed/faces/transfers-face.ts'
import { webSocketMessage } from '../../feed/faces/face.ts'
import { FeedClient } from '../../feed/feed-client.ts'
import { transfersQuery } from '../../feed/http/feed-query.ts'
import { serveFeed } from '../../feed/http/serve-feed.ts'
import { webSocketOutlet } from '../../feed/http/web-socket-outlet.ts'
import type { Http } from '../../platform/http/open-http.ts'
import type { TransferFeed } from './transfer-feed.ts'

/** The stream of transfers: as server-sent events, and as messages of a WebSocket. */
export function addStreamRoutes(http: Http, feed: TransferFeed): void {
  http.get('/transfers/stream', { schema: { querystring: transfersQuery } }, async (request, reply) => {
    const log = await feed.log()
    const { at, userId = null } = request.query
    serveFeed({ request, reply }, { log, face: transfersFace(log.topics, userId), at })
  })
  const sockets = new WebSocketServer({ noServer: true })
  http.server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const url = new URL(request.url ?? '/', 'http://local')
    if (url.pathname !== '/ws') return void socket.end('HTTP/1.1 404 Not Found\r\nconnection: close\r\n\r\n')
    void openSocket(sockets, feed, url.searchParams, { request, socket, head }).catch(() => socket.destroy())
  })
  http.addHook('onClose', async () => sockets.close())
}

interface Upgrade {
  readonly request: IncomingMessage
  readonly socket: Duplex
  readonly head: Buffer
}

async function openSocket(
  sockets: WebSocketServer,
  feed: TransferFeed,
  parameters: URLSearchParams,
  { request, socket, head }: Upgrade,
): Promise<void> {
  const log = await feed.log()
  const userId = Number(parameters.get('userId') ?? NaN)
  const face = transfersFace(log.topics, Number.isSafeInteger(userId) ? userId : null)
  sockets.handleUpgrade(request, socket, head, (opened) => {
    const client = new FeedClient(webSocketOutlet(opened), face, webSocketMessage)
    void log.attach(client, parameters.get('at')).catch(() => opened.terminate())
  })
}
