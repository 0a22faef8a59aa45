import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { unreadableProblem } from '../../platform/http/answer-unreadable.ts'
import { atFreePort } from '../../platform/http/at-free-port.ts'
import type { Http } from '../../platform/http/open-http.ts'
import type { Problem } from '../../platform/http/problem.ts'
import type { BffProxy } from './bff-proxy.ts'
import { refuse } from './bff-proxy.ts'
import { fileAt } from '../../web/page-paths.ts'
import { checkHost, checkOrigin } from './same-machine.ts'

export interface FrontFile {
  readonly body: Uint8Array
  readonly headers: Readonly<Record<string, string>>
}

/** Path of the address → file; a promise while the page is being built. */
export type Files = () => PageFiles | Promise<PageFiles>
type PageFiles = ReadonlyMap<string, FrontFile>

export const noFiles: PageFiles = new Map()

/** What every answer carries that is no file of the page: it is data, and nothing to be shown or framed. */
export const dataHeaders: Readonly<Record<string, string>> = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
}

const ofBff =
  /^\/(api\/(users|transfers|health|dlq|totals|alerts|topologies|history|schemas)|users|transfers|(asyncapi|postman)\.json|graphql)(\/|\?|$)/
/** Only with the other controls: a letter that is discarded is easily forgotten. */
const discarding = /^\/api\/dlq\/.*\/discard(\?|$)/
const ownUnderTransfers = /^\/(api\/)?transfers\/stream(\?|$)/

/** Whether the BFF of the child answers this path. */
export function isPassedOn(url: string): boolean {
  return ofBff.test(url) && !ownUnderTransfers.test(url)
}

/**
 * The one port: files of the page, routes of this process, and all else of the BFF. Who opens the page while it is being built waits for it:
 * a browser would show what is answered instead, and not ask again.
 */
export function openFront(http: Http, proxy: BffProxy, files: Files, discard: 'allowed' | 'absent' = 'absent'): Server {
  const answer = (request: IncomingMessage, response: ServerResponse, built: PageFiles): void => {
    const url = request.url ?? '/'
    if (serveFile(request, response, built)) return
    const isAbsent = discard === 'absent' && discarding.test(url)
    if (isPassedOn(url) && !isAbsent) void proxy.pass(request, response, dataHeaders)
    else http.routing(request, response)
  }
  const server = createServer((request, response) => {
    try {
      checkHost(request)
      if (request.method !== 'GET' && request.method !== 'HEAD') checkOrigin(request)
    } catch (error) {
      return refuse(response, error as Problem, dataHeaders)
    }
    const built = files()
    if (!(built instanceof Promise)) answer(request, response, built)
    else if (isOfPage(request))
      void built.then(
        (page) => answer(request, response, page),
        () => response.destroy(),
      )
    else answer(request, response, noFiles)
  })
  server.on('clientError', (error, socket) => unreadableProblem(error, socket as Socket))
  return server
}

/** Whether a browser opens the page, by any of its paths. */
function isOfPage({ method, url, headers }: IncomingMessage): boolean {
  return method === 'GET' && (url === '/' || headers.accept?.includes('text/html') === true)
}

function serveFile(request: IncomingMessage, response: ServerResponse, files: PageFiles): boolean {
  if (request.method !== 'GET' && request.method !== 'HEAD') return false
  const file = fileAt(files, (request.url ?? '/').split('?')[0]!)
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
