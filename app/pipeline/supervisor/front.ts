import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { unreadableProblem } from '../../platform/http/answer-unreadable.ts'
import { atFreePort } from '../../platform/http/at-free-port.ts'
import type { Http } from '../../platform/http/open-http.ts'
import type { Problem } from '../../platform/http/problem.ts'
import type { BffProxy } from './bff-proxy.ts'
import { refuse } from './bff-proxy.ts'
import { checkHost, checkOrigin } from './same-machine.ts'

export interface FrontFile {
  readonly body: Uint8Array
  readonly headers: Readonly<Record<string, string>>
}

/** Path of the address → file; null while the page is being built. */
export type Files = () => ReadonlyMap<string, FrontFile> | null

/** What every answer carries that is no file of the page: it is data, and nothing to be shown or framed. */
export const dataHeaders: Readonly<Record<string, string>> = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
}

/** Paths that the BFF of the child answers, unless this process has a route for them. */
const passedOn = /^\/(api\/(users|transfers|health)|users|transfers)(\/|\?|$)/
const ownUnderTransfers = /^\/(api\/)?transfers\/stream(\?|$)/

/** The one port: files of the page, routes of this process, and all else of the BFF. */
export function openFront(http: Http, proxy: BffProxy, files: Files): Server {
  const server = createServer((request, response) => {
    try {
      checkHost(request)
      if (request.method !== 'GET' && request.method !== 'HEAD') checkOrigin(request)
    } catch (error) {
      return refuse(response, error as Problem, dataHeaders)
    }
    const url = request.url ?? '/'
    if (serveFile(request, response, files())) return
    if (passedOn.test(url) && !ownUnderTransfers.test(url)) void proxy.pass(request, response, dataHeaders)
    else http.routing(request, response)
  })
  server.on('clientError', (error, socket) => unreadableProblem(error, socket as Socket))
  return server
}

function serveFile(request: IncomingMessage, response: ServerResponse, files: ReturnType<Files>): boolean {
  if (request.method !== 'GET' && request.method !== 'HEAD') return false
  const file = files?.get((request.url ?? '/').split('?')[0]!)
  if (file === undefined) return false
  response.writeHead(200, { ...file.headers, 'content-length': file.body.byteLength })
  response.end(request.method === 'HEAD' ? undefined : file.body)
  return true
}

/** Listens at the first port that is free, from the wanted one on. */
export function listenFrom(server: Server, wanted: number): Promise<number> {
  return atFreePort(wanted, (port) => listen(server, port))
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject)
      resolve((server.address() as AddressInfo).port)
    })
  })
}
