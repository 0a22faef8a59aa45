import type { WebSocket } from 'ws'
import { webSocketMessage } from '../faces/face.ts'
import { FeedClient } from '../feed-client.ts'
import type { ServeFeedOptions } from './serve-feed.ts'
import { heartbeatMs } from './serve-feed.ts'
import { webSocketOutlet } from './web-socket-outlet.ts'

/** Serves a feed on a WebSocket that is open. One that cannot be served is cut off. */
export function serveSocket(socket: WebSocket, { log, face, at, limits }: Omit<ServeFeedOptions, 'greet' | 'headers'>): void {
  const client = new FeedClient(webSocketOutlet(socket), face, webSocketMessage, limits)
  const heartbeat = setInterval(() => socket.ping(), heartbeatMs)
  client.gone.addEventListener('abort', () => clearInterval(heartbeat), { once: true })
  log.attach(client, at || null).catch(() => socket.terminate())
}
