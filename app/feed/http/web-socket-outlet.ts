import type { WebSocket } from 'ws'
import type { Outlet } from '../client-queue.ts'

/** A socket takes no more frames while this much waits in it. */
const bufferedMax = 64 << 10

/** A WebSocket as an outlet: one message a frame. */
export function webSocketOutlet(socket: WebSocket): Outlet {
  const gone = new AbortController()
  let drained: PromiseWithResolvers<void> | null = null
  const flushed = (): void => {
    if (socket.bufferedAmount > bufferedMax) return
    drained?.resolve()
    drained = null
  }
  socket.once('close', () => gone.abort())
  socket.on('error', () => socket.terminate())
  return {
    write(frame) {
      socket.send(frame, flushed)
      return socket.bufferedAmount <= bufferedMax
    },
    drained() {
      drained ??= Promise.withResolvers()
      return drained.promise
    },
    end: () => socket.close(1000),
    destroy: () => socket.terminate(),
    gone: gone.signal,
  }
}
