import { test } from 'tap'
import type { Test } from 'tap'
import { readEvents } from '../../../../app/feed/relay/event-stream.ts'
import { etagOf } from '../../../../app/platform/http/etag.ts'
import { json, open, pages, post, service } from './behind.ts'

interface Answer {
  readonly data?: any
  readonly errors?: readonly { readonly message: string; readonly path?: readonly unknown[]; readonly extensions?: any }[]
}

type Ask = (query: string, variables?: object) => Promise<Answer>

const at = '2026-11-22T10:00:05.000Z'
const user = (id: number) => ({ id, name: `User ${id}`, createdAt: at, lastUpdatedAt: at })
const transfer = (id: number) => ({
  id,
  fromUserId: 1 + (id % 3),
  toUserId: 4 + (id % 3),
  amount: '10.00',
  status: 'COMPLETED',
  createdAt: at,
  lastUpdatedAt: at,
  fromUserName: 'Amara',
  toUserName: 'Bruno',
  enrichment: 'COMPLETE',
})

async function bank(t: Test) {
  const users = await service(t, (request, response) => {
    const { searchParams, pathname } = new URL(request.url!, 'http://test')
    if (pathname === '/users/7') return problem(response, 404, 'There is no user 7.')
    const ids = searchParams.get('ids')?.split(',').map(Number) ?? [1, 2]
    return pages(ids.filter((id) => id !== 6).map(user))(request, response, '')
  })
  const read = await service(t, pages(Array.from({ length: 30 }, (_, index) => transfer(30 - index))))
  const transfers = await service(t, (request, response, body) =>
    request.method === 'POST' && body.includes('"amount":"0.50"')
      ? problem(response, 422, 'There is no user 99.', { toUserId: 'There is no user 99.' })
      : json(response, 201, { ...transfer(7), status: 'PENDING' }),
  )
  const url = await open(t, { users: users.url, read: read.url, transfers: transfers.url })
  const ask: Ask = async (query, variables = {}) =>
    (await post(`${url}/graphql`, JSON.stringify({ query, variables }))).json() as Promise<Answer>
  return { url, ask, users, read, transfers }
}

const problem = (response: Parameters<typeof json>[0], status: number, detail: string, errors?: object): void =>
  json(
    response,
    status,
    { type: 'about:blank', title: 'A refusal', status, detail, errors },
    { 'content-type': 'application/problem+json' },
  )

test('G1: a page of transfers asks for all of its users at once; one that is gone is null', async (t) => {
  const { ask, users, read } = await bank(t)
  const { data, errors } = await ask('{ transfers(first: 30) { edges { node { id amount from { name } to { id name } } } } }')
  t.equal(errors, undefined)
  t.equal(data.transfers.edges.length, 30)
  t.same(data.transfers.edges[0].node, { id: '30', amount: '10.00', from: { name: 'User 1' }, to: { id: '4', name: 'User 4' } })
  t.equal(data.transfers.edges[1].node.to, null)
  t.equal(read.calls.length, 1)
  t.same(
    users.calls.map(({ url }) => decodeURIComponent(url)),
    ['/users?ids=1,4,3,6,2,5&size=100'],
  )
})

test('a connection goes on behind its cursor, by ids: pages do not move', async (t) => {
  const { ask, read } = await bank(t)
  const page = '{ edges { cursor node { id } } pageInfo { hasNextPage endCursor } }'
  const first = await ask(`{ transfers(first: 2, filter: { userId: "1", status: COMPLETED, minAmount: 5.00 }) ${page} }`)
  t.match(first.data.transfers, { edges: [{ node: { id: '30' } }, { node: { id: '29' } }], pageInfo: { hasNextPage: true } })
  const { endCursor } = first.data.transfers.pageInfo
  await ask(`query ($after: String) { transfers(first: 2, after: $after) ${page} }`, { after: endCursor })
  t.same(
    read.calls.map(({ url }) => url),
    [
      '/transfers-enriched?userId=1&status=COMPLETED&minAmount=5.00&sort=-id&size=2',
      '/transfers-enriched?beforeId=29&sort=-id&size=2',
    ],
  )
  const { data, errors } = await ask('{ transfers(after: "abc") { edges { cursor } } users(first: 1) { edges { node { id } } } }')
  t.match(errors, [{ path: ['transfers'], extensions: { code: 'BAD_REQUEST', status: 400 } }])
  t.same(data, { transfers: null, users: { edges: [{ node: { id: '1' } }] } }, 'the other field answers')
})

test('mutations are the writes of the services, and their refusals have a code, a status and the fields', async (t) => {
  const { ask, url, transfers } = await bank(t)
  const make = `mutation ($amount: Decimal!) {
    createTransfer(idempotencyKey: "k 1", transfer: { fromUserId: "1", toUserId: "2", amount: $amount }) { id status enrichment from { name } }
  }`
  const sent = await post(`${url}/graphql`, JSON.stringify({ query: make, variables: { amount: '10.00' } }))
  t.equal(sent.headers.get('millrace-made-transfers'), 'k%201=7')
  t.match(await sent.json(), { data: { createTransfer: { id: '7', status: 'PENDING', from: { name: 'User 2' } } } })
  t.match(transfers.calls, [
    {
      method: 'POST',
      url: '/transfers',
      headers: { 'idempotency-key': 'k 1' },
      body: '{"fromUserId":1,"toUserId":2,"amount":"10.00"}',
    },
  ])
  const refused = await ask(make, { amount: '0.50' })
  t.match(refused.errors, [
    {
      message: 'There is no user 99.',
      extensions: { code: 'INVALID', status: 422, errors: { toUserId: 'There is no user 99.' } },
    },
  ])
  t.match(await ask(make, { amount: 10.5 }), { errors: [{ message: /A Decimal is a text/ }] })
  t.same(await ask('{ user(id: "7") { name } }'), { data: { user: null } })
  t.match(await ask('{ alerts { alertId } }'), {
    data: { alerts: null },
    errors: [{ extensions: { code: 'UNAVAILABLE', status: 502 } }],
  })
})

test('a mutation goes for the version that its client has read: the ETag of REST', async (t) => {
  const { ask, users, transfers } = await bank(t)
  const { data } = await ask('{ users(first: 1) { edges { node { etag } } } transfers(first: 1) { edges { node { etag } } } }')
  const { fromUserName: _from, toUserName: _to, enrichment: _joined, ...row } = transfer(30)
  const [{ node }] = data.users.edges
  t.same([node.etag, data.transfers.edges[0].node.etag], [etagOf(user(1)), etagOf(row)])
  const variables = { etag: node.etag }
  await ask('mutation ($etag: String) { renameUser(id: "1", name: "Amara", ifMatch: $etag) { id } }', variables)
  await ask('mutation ($etag: String) { deleteUser(id: "1", ifMatch: $etag) }', variables)
  await ask('mutation ($etag: String) { setTransferStatus(id: "7", status: REVERSED, ifMatch: $etag) { id } }', variables)
  await ask('mutation ($etag: String) { deleteTransfer(id: "7", ifMatch: $etag) }', variables)
  await ask('mutation { deleteTransfer(id: "7") }')
  const sent = [...users.calls, ...transfers.calls].filter(({ method }) => method !== 'GET')
  t.same(
    sent.map(({ method, headers }) => [method, headers['if-match']]),
    [
      ['PATCH', node.etag],
      ['DELETE', node.etag],
      ['PATCH', node.etag],
      ['DELETE', node.etag],
      ['DELETE', undefined],
    ],
  )
})

test('G1: what is too deep or too costly is refused before any service is asked', async (t) => {
  const { ask, users, read } = await bank(t)
  const nested = (depth: number): string =>
    depth === 0 ? 'cursor' : `node { from { transfers(first: 1) { edges { ${nested(depth - 1)} } } } }`
  t.match(await ask(`{ user(id: 1) { transfers(first: 1) { edges { ${nested(4)} } } } }`), {
    errors: [
      { message: 'The operation is 20 fields deep, and may be 8. Ask for less at once.', extensions: { code: 'TOO_DEEP' } },
    ],
  })
  const costly =
    'query ($n: Int! = 100) { users(first: $n) { edges { node { transfers(first: 50) { edges { node { id } } } } } } }'
  t.match(await ask(costly), { errors: [{ extensions: { code: 'TOO_COSTLY' } }] })
  // Each fragment has the one before it twice: 2^40 fields, in text of 3 kB.
  const doubling = Array.from({ length: 40 }, (_, index) => `fragment F${index + 1} on Transfer { ...F${index} ...F${index} }`)
  const bomb = `{ transfer(id: 1) { ...F40 } } fragment F0 on Transfer { id } ${doubling.join(' ')}`
  t.match(await ask(bomb), { errors: [{ extensions: { code: 'TOO_COSTLY' } }] })
  t.same([...users.calls, ...read.calls], [])
  t.match(await ask(costly, { n: 2 }), { data: { users: { edges: [{}, {}] } } })
})

interface Subscribed {
  readonly events: any[]
  next(): Promise<any>
  leave(): void
}

/** Reads the answers of a subscription, one by one. */
async function subscribe(url: string, query: string): Promise<Subscribed> {
  const leaving = new AbortController()
  const answer = await fetch(`${url}/graphql`, {
    method: 'POST',
    body: JSON.stringify({ query }),
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    signal: leaving.signal,
  })
  const read = readEvents(answer.body!)
  const events: any[] = []
  const next = async (): Promise<any> => {
    const { value } = await read.next()
    if (value !== undefined) events.push(value)
    return value?.type === 'next' ? JSON.parse(value.text) : value?.type
  }
  return { events, next, leave: () => leaving.abort() }
}

test('G1: a subscription sends what the feed says, with users as they are then, and resumes behind a position', async (t) => {
  const { users } = await bank(t)
  const left = Promise.withResolvers<void>()
  let send = (_text: string): void => {}
  const inspector = await service(t, (request, response) => {
    if (request.url!.includes('at=old'))
      return void response.end('event: reset\ndata: {"reason":"expired","detail":"These records are gone."}\n\n')
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write('retry: 3000\n\n')
    send = (text) => void response.write(text)
    response.once('close', left.resolve)
  })
  const url = await open(t, { users: users.url, inspector: inspector.url })
  const fields = 'position id transfer { amount from { name } }'
  const followed = await subscribe(url, `subscription { transferChanged(userId: "2", after: "t:4") { ${fields} } }`)
  const row = JSON.stringify(transfer(9))
  send(`id: t:5\nevent: transfer.upserted\ndata: ${row}\n\n`)
  const upserted = { position: 't:5', id: '9', transfer: { amount: '10.00', from: { name: 'User 1' } } }
  t.same(await followed.next(), { data: { transferChanged: upserted } })
  send(`: hb\n\nid: t:6\nevent: transfer.upserted\ndata: ${row}\n\nid: t:7\nevent: transfer.deleted\ndata: {"id":9}\n\n`)
  t.same(await followed.next(), { data: { transferChanged: { ...upserted, position: 't:6' } } })
  t.same(await followed.next(), { data: { transferChanged: { position: 't:7', id: '9', transfer: null } } })
  t.same(
    inspector.calls.map(({ url }) => decodeURIComponent(url)),
    ['/transfers/stream?userId=2&at=t:4'],
  )
  t.equal(users.calls.length, 2, 'each event asks for its users')
  followed.leave()
  await left.promise
  const expired = await subscribe(url, 'subscription { alertRaised(after: "old") { alert { rule } } }')
  t.match(await expired.next(), {
    errors: [{ message: 'These records are gone. Subscribe without a position.', extensions: { code: 'EXPIRED' } }],
  })
  t.equal(await expired.next(), 'complete')
})

test('a subscription that cannot begin says why, and one whose feed breaks off ends with an error', async (t) => {
  const url = await open(t, {})
  const refused = await subscribe(url, 'subscription { alertRaised { alert { rule } } }')
  t.match(await refused.next(), { errors: [{ extensions: { code: 'UNAVAILABLE', status: 502 } }] })
  const inspector = await service(t, (request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write('retry: 3000\n\n')
    setImmediate(() => request.socket.destroy())
  })
  const broken = await subscribe(await open(t, { inspector: inspector.url }), 'subscription { alertRaised { alert { rule } } }')
  t.match(await broken.next(), { errors: [{ message: /The feed has broken off/, extensions: { code: 'UNAVAILABLE' } }] })
})

test('a request that is none of GraphQL is a problem; a document is short, and introspection is allowed', async (t) => {
  const { url, ask } = await bank(t)
  t.equal((await post(`${url}/graphql`, '{"query":')).status, 400)
  t.equal((await post(`${url}/graphql`, '{"variables":{}}')).headers.get('content-type'), 'application/problem+json')
  t.equal((await fetch(`${url}/graphql?query={applications}&query=x`)).status, 400)
  t.same(await (await fetch(`${url}/graphql?query={applications}`)).json(), { data: { applications: [] } })
  t.match(await ask(`{ ${'applications '.repeat(1000)} }`), { errors: [{ message: /token/ }] })
  // As deep as tools ask: what wraps a type is a field each, and counts no depth.
  const wrapped = 'name ofType { name ofType { name ofType { name ofType { name ofType { name } } } } }'
  const introspection = `{ __schema { queryType { name } types { fields { args { type { ${wrapped} } } } } } }`
  t.match(await ask(introspection), { data: { __schema: { queryType: { name: 'Query' } } } })
  const mutation = await fetch(`${url}/graphql?query=${encodeURIComponent('mutation { deleteUser(id: 1) }')}`)
  t.equal(mutation.status, 405)
})
