import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Test } from 'tap'
import { silentLog } from '../../../../app/platform/log.ts'
import type { ServiceContext } from '../../../../app/platform/service.ts'
import { bff } from '../../../../app/services/bff/main.ts'

type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void

/** What a service was asked. */
interface Call {
  readonly method: string
  readonly url: string
  readonly body: string
  readonly headers: IncomingMessage['headers']
}

/** A service behind: it answers as it is told, and remembers what it was asked. */
export async function service(t: Test, handle: Handler): Promise<{ readonly url: string; readonly calls: Call[] }> {
  const calls: Call[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      calls.push({ method: request.method!, url: request.url!, body, headers: request.headers })
      handle(request, response, body)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, calls }
}

export const json = (response: ServerResponse, status: number, value: unknown, headers: Record<string, string> = {}): void => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value))
}

export const pages =
  (rows: readonly unknown[]): Handler =>
  (request, response) => {
    const { searchParams } = new URL(request.url!, 'http://test')
    const [size, number] = [Number(searchParams.get('size')), Number(searchParams.get('page'))]
    const page = { number, size, totalElements: rows.length, totalPages: Math.ceil(rows.length / size) }
    json(response, 200, { content: rows.slice(number * size, (number + 1) * size), page })
  }

export async function open(
  t: Test,
  given: { users?: string; transfers?: string; read?: string; inspector?: string; timeoutMs?: number },
  context: Omit<ServiceContext, 'log'> = {},
): Promise<string> {
  const nobody = 'http://127.0.0.1:9'
  const config = {
    users: nobody,
    transfers: nobody,
    read: nobody,
    letters: nobody,
    schemas: nobody,
    inspector: nobody,
    applications: '',
    timeoutMs: 2000,
    ...given,
  }
  const started = await bff.start(
    { host: '127.0.0.1', port: 0, portTaken: 'fail', logLevel: 'silent', ...config },
    { log: silentLog, ...context },
  )
  t.teardown(() => started.close())
  return started.url
}

export const post = (url: string, body: string, headers: Record<string, string> = {}) =>
  fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } })
