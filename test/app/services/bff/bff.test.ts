import { test } from 'tap'
import { isPassedOn } from '../../../../app/pipeline/supervisor/front.ts'
import type { Health } from '../../../../app/contracts/operations.ts'
import { json, open, pages, post, service } from './behind.ts'

test('origin: GET /users and GET /transfers are bare arrays of all rows', async (t) => {
  const rows = Array.from({ length: 1001 }, (_, index) => ({ id: index + 1 }))
  const users = await service(t, pages(rows))
  const read = await service(t, pages(rows.slice(0, 3)))
  const url = await open(t, { users: users.url, read: read.url })
  t.same(await (await fetch(`${url}/users`)).json(), rows)
  t.same(await (await fetch(`${url}/transfers`)).json(), rows.slice(0, 3))
})

test('origin: POST /transfers answers 200 with an empty body', async (t) => {
  const transfers = await service(t, (_request, response) => json(response, 201, { id: 7 }, { location: '/transfers/7' }))
  const url = await open(t, { transfers: transfers.url })
  const answer = await post(`${url}/transfers`, '{"fromUserId":1,"toUserId":2,"amount":10}')
  t.equal(answer.status, 200)
  t.equal(await answer.text(), '')
  t.match(transfers.calls, [{ method: 'POST', url: '/transfers', headers: { 'idempotency-key': /^[\w-]{36}$/ } }])
})

test('amounts may be JSON numbers: their source text is what counts, other numbers stay as they were written', async (t) => {
  const transfers = await service(t, (_request, response) => json(response, 201, { id: 7 }))
  const url = await open(t, { transfers: transfers.url })
  for (const amount of ['10', '10.00', '9999999999999999.99', '0.1', '1e1', '"10.00"'])
    await post(`${url}/transfers`, `{"fromUserId":9007199254740993,"toUserId":2,"amount":${amount}}`)
  t.same(
    transfers.calls.map(({ body }) => body),
    ['10', '10.00', '9999999999999999.99', '0.1', '1e1', '10.00'].map(
      (amount) => `{"fromUserId":9007199254740993,"toUserId":2,"amount":"${amount}"}`,
    ),
  )
})

test('POST /api/transfers gives the row, its place here and its version; without a key it is refused', async (t) => {
  const transfers = await service(t, (_request, response) =>
    json(response, 201, { id: 7 }, { location: '/transfers/7', etag: '"v1"' }),
  )
  const url = await open(t, { transfers: transfers.url })
  const body = '{"fromUserId":1,"toUserId":2,"amount":"10.00"}'
  const made = await post(`${url}/api/transfers`, body, { 'idempotency-key': 'k1' })
  t.equal(made.status, 201)
  t.equal(made.headers.get('location'), '/api/transfers/7')
  t.equal(made.headers.get('etag'), '"v1"')
  t.match(transfers.calls, [{ headers: { 'idempotency-key': 'k1' } }])
  const refused = await post(`${url}/api/transfers`, body)
  t.equal(refused.status, 400)
  t.equal(refused.headers.get('content-type'), 'application/problem+json')
  t.equal(transfers.calls.length, 1)
})

test('refusals of a service are passed on as they are', async (t) => {
  const problem = { type: 'about:blank', title: 'Unprocessable Content', status: 422, detail: 'There is no user 99.' }
  const transfers = await service(t, (_request, response) => {
    response.writeHead(422, { 'content-type': 'application/problem+json' }).end(JSON.stringify(problem))
  })
  const url = await open(t, { transfers: transfers.url })
  const answer = await post(`${url}/api/transfers`, '{}', { 'idempotency-key': 'k1' })
  t.equal(answer.status, 422)
  t.same(await answer.json(), problem)
})

test('B3: a service that does not answer is a 502 that says what still works, the others go on', async (t) => {
  const users = await service(t, pages([{ id: 1 }]))
  const url = await open(t, { users: users.url })
  const answer = await fetch(`${url}/api/transfers`)
  t.equal(answer.status, 502)
  t.match(await answer.json(), { status: 502, detail: 'The read API does not answer. Users and new transfers work.' })
  t.equal((await fetch(`${url}/api/users`)).status, 200)
})

test('a service that is too slow is a 504, one that fails a 502 without its internals', async (t) => {
  const users = await service(t, () => {})
  const read = await service(t, (_request, response) => json(response, 500, { stack: 'secret' }))
  const url = await open(t, { users: users.url, read: read.url, timeoutMs: 200 })
  t.equal((await fetch(`${url}/api/users`)).status, 504)
  const failed = await fetch(`${url}/api/transfers`)
  t.equal(failed.status, 502)
  t.notMatch(await failed.text(), 'secret')
})

test('a service that is not ready says why, one that does not answer is down, and all of them are asked', async (t) => {
  const reason = 'The broker does not answer.'
  const users = await service(t, (_request, response) => json(response, 503, { status: 503, detail: reason }))
  const read = await service(t, (_request, response) => json(response, 200, { status: 'ready' }))
  const slow = await service(t, () => {})
  const services = () => new Map([['users-write', users.url], ['core-read', read.url], ['sink', 'http://127.0.0.1:9']]) // prettier-ignore
  const applications = () => new Map([['transfer-enricher-2', slow.url]])
  const url = await open(t, { timeoutMs: 200 }, { services, applications })
  t.same(await (await fetch(`${url}/api/health`)).json(), {
    status: 'down',
    services: [
      { name: 'users-write', kind: 'service', state: 'unready', reason },
      { name: 'core-read', kind: 'service', state: 'up', reason: null },
      { name: 'sink', kind: 'service', state: 'down', reason: 'It does not answer.' },
      { name: 'transfer-enricher-2', kind: 'application', state: 'down', reason: 'It has not answered within 0.2 s.' },
    ],
  })
  const named = (await (await fetch(`${await open(t, { read: read.url })}/api/health`)).json()) as Health
  t.match(named.services[2], { name: 'core-read', state: 'up' }, 'without others it asks those of its configuration')
})

test('only GET is tried again', async (t) => {
  let left = 2
  const users = await service(t, (request, response) => {
    if (left-- > 0) request.socket.destroy()
    else json(response, 200, { content: [], page: {} })
  })
  const url = await open(t, { users: users.url })
  t.equal((await fetch(`${url}/api/users`)).status, 200)
  t.equal(users.calls.length, 3)
  left = 1
  t.equal((await post(`${url}/api/users`, '{"name":"Amara"}')).status, 502)
  t.equal(users.calls.length, 4)
})

test('parameters, versions and ids reach the service as they came', async (t) => {
  const users = await service(t, (_request, response) => json(response, 200, {}))
  const url = await open(t, { users: users.url })
  await fetch(`${url}/api/users?page=1&size=5&foo=x`)
  await fetch(`${url}/api/users/..%2F7`, { method: 'DELETE', headers: { 'if-match': '"v1"' } })
  t.match(users.calls, [
    { method: 'GET', url: '/users?page=1&size=5&foo=x' },
    { method: 'DELETE', url: '/users/..%2F7', headers: { 'if-match': '"v1"' } },
  ])
})

test('the one port of the pipeline passes on what the page asks of the BFF', async (t) => {
  const url = await open(t, {})
  const { paths } = (await (await fetch(`${url}/openapi.json`)).json()) as { readonly paths: object }
  const asked = Object.keys(paths).filter((path) => !path.startsWith('/health/'))
  t.ok(asked.length > 10)
  t.same(
    asked.filter((path) => !isPassedOn(path)),
    [],
  )
})
