import { once } from 'node:events'
import { createServer } from 'node:http'
import type { RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'tap'
import type { Test } from 'tap'
import { BffProxy } from '../../../../app/pipeline/supervisor/bff-proxy.ts'
import type { Made } from '../../../../app/services/bff/made-transfers.ts'

async function listen(t: Test, answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function open(t: Test, bff: RequestListener): Promise<{ readonly url: string; readonly made: Made[] }> {
  const made: Made[] = []
  const proxy = new BffProxy((each) => made.push(each))
  proxy.follow(await listen(t, bff))
  t.teardown(() => proxy.follow(null))
  return { url: await listen(t, (request, response) => void proxy.pass(request, response, {})), made }
}

test('a stream comes through event by event, and ends at the BFF when its client leaves', async (t) => {
  const left = Promise.withResolvers<void>()
  const { url } = await open(t, (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write('event: next\ndata: 1\n\n')
    response.once('close', left.resolve)
  })
  const leaving = new AbortController()
  const answer = await fetch(url, { headers: { accept: 'text/event-stream' }, signal: leaving.signal })
  const { value } = await answer.body!.getReader().read()
  t.equal(Buffer.from(value!).toString(), 'event: next\ndata: 1\n\n')
  leaving.abort()
  await left.promise
})

test('a slow client holds the stream back: what it does not read stays where it comes from', async (t) => {
  const [chunk, chunks] = [Buffer.alloc(1 << 20, 'x'), 64]
  let written = 0
  const { url } = await open(t, (_request, response) => {
    const write = (): void => {
      while (written < chunks) {
        written++
        if (!response.write(chunk)) return void response.once('drain', write)
      }
      response.end()
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    write()
  })
  const answer = await fetch(url, { headers: { accept: 'text/event-stream' } })
  const reader = answer.body!.getReader()
  await reader.read()
  // The sockets of both connections are full before this many.
  let before = -1
  while (before !== written) {
    before = written
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  t.ok(written < chunks / 2, `${written} MiB of ${chunks} were taken`)
  let bytes = 0
  for (let read = await reader.read(); !read.done; read = await reader.read()) bytes += read.value.length
  t.ok(bytes > (chunks - 2) << 20, 'all of it comes when it is read')
})

test('transfers that GraphQL has made are told by key and id; the client does not see how', async (t) => {
  const { url, made } = await open(t, (_request, response) => {
    response.writeHead(200, { 'millrace-made-transfers': 'k%201=7,k%2C2=8' }).end('{}')
  })
  const answer = await fetch(`${url}/graphql`, { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } })
  t.equal(answer.headers.get('millrace-made-transfers'), null)
  t.same(made, [
    { key: 'k 1', id: 7 },
    { key: 'k,2', id: 8 },
  ])
})
