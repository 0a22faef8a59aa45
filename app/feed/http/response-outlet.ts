import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { Outlet } from '../client-queue.ts'

/** The response of a request as an outlet. It is gone when its connection is. */
export function responseOutlet(response: ServerResponse): Outlet {
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  return {
    write: (frame) => response.write(frame),
    drained: () => once(response, 'drain', { signal: gone.signal }).then(ignore, ignore),
    end: () => void response.end(),
    destroy: () => void response.destroy(),
    gone: gone.signal,
  }
}

const ignore = (): void => undefined
