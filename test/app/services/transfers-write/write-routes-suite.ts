import type { Test } from 'tap'
import type { TransferRows, UserRows } from '../../../../app/bank/ports.ts'
import { Transfers } from '../../../../app/bank/transfers.ts'
import { Users } from '../../../../app/bank/users.ts'
import { openHttp } from '../../../../app/platform/http/open-http.ts'
import { Problem } from '../../../../app/platform/http/problem.ts'
import { silentLog } from '../../../../app/platform/log.ts'
import { addTransferRoutes } from '../../../../app/services/transfers-write/transfers-routes.ts'
import { addUserRoutes } from '../../../../app/services/users-write/users-routes.ts'

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE'

/** Two empty databases, and what is told of them beside their ports. */
export interface Banks {
  readonly users: UserRows
  readonly transfers: TransferRows
  /** How many transfers there are. */
  count(): Promise<number>
  /** How many changes the log of the transfers has; it never has fewer. */
  events(): Promise<number>
}

/** Both write APIs on one server; the directory knows users from their rows at once. */
export async function serveBanks(banks: Banks) {
  const server = await openHttp({ name: 'bank', log: silentLog })
  let seconds = 0
  const now = () => new Date(Date.UTC(2026, 10, 22, 10, 0, 5 + seconds)).toISOString()
  const directory = { isFilled: true, has: async (id: number) => (checkFilled(), (await banks.users.get(id)) !== undefined) }
  const checkFilled = (): void => {
    if (!directory.isFilled) throw new Problem(503, 'Later.', {}, { retryAfterS: 1 })
  }
  addUserRoutes(server, new Users(banks.users, now))
  addTransferRoutes(server, new Transfers(banks.transfers, directory, now))
  const call = async (method: Method, url: string, payload?: object, headers: Record<string, string> = {}) => {
    const answer = await server.inject({ method, url, headers, ...(payload === undefined ? {} : { payload }) })
    return { status: answer.statusCode, headers: answer.headers, body: answer.body === '' ? null : answer.json() }
  }
  for (const name of ['Amara', 'Bruno', 'Chidi']) await call('POST', '/users', { name })
  return { directory, call, tick: () => seconds++, count: () => banks.count(), events: () => banks.events() }
}

/** What the write APIs have to show on every adapter of the bank's ports. */
export async function writeRoutesSuite(t: Test, open: () => Banks | Promise<Banks>): Promise<void> {
  const openWithUsers = async () => serveBanks(await open())

  await t.test('W1: a user and a transfer are made, found and listed', async (t) => {
    const { call } = await openWithUsers()
    const made = await call('POST', '/transfers', { fromUserId: 1, toUserId: 2, amount: '10' })
    t.equal(made.status, 201)
    t.equal(made.headers['location'], '/transfers/1')
    const transfer = {
      id: 1,
      fromUserId: 1,
      toUserId: 2,
      amount: '10.00',
      status: 'PENDING',
      createdAt: '2026-11-22T10:00:05.000Z',
      lastUpdatedAt: '2026-11-22T10:00:05.000Z',
    }
    t.same((await call('GET', '/transfers/1')).body, transfer)
    t.same((await call('GET', '/transfers')).body, {
      content: [transfer],
      page: { number: 0, size: 20, totalElements: 1, totalPages: 1 },
    })
    t.match((await call('GET', '/users?ids=3,9,1')).body, { content: [{ id: 1 }, { id: 3 }], page: { totalElements: 2 } })
    t.match((await call('GET', '/users?afterId=1&size=1')).body, { content: [{ id: 2 }], page: { totalPages: 2 } })
    t.equal((await call('GET', '/users?ids=1,')).status, 400)
    t.same(
      (await call('GET', '/users?page=1&size=2')).body.content.map((user: { name: string }) => user.name),
      ['Chidi'],
    )
  })

  await t.test('a name of 255 characters is kept as it is, whatever they are', async (t) => {
    const { call } = await openWithUsers()
    for (const name of ['😀'.repeat(255), 'a\u0000b', '\u202eabc', '<img src=x onerror=alert(1)>', "'; drop table users; --"]) {
      const made = await call('POST', '/users', { name })
      t.equal(made.status, 201)
      t.equal((await call('GET', `/users/${made.body.id}`)).body.name, name)
    }
  })

  await t.test('W2: what breaks a rule is refused by field, and leaves no row and no event', async (t) => {
    const { call, count, events } = await openWithUsers()
    const before = await events()
    const refused: readonly [object, string][] = [
      [{ fromUserId: 1, toUserId: 1, amount: '5' }, 'toUserId'],
      [{ fromUserId: 1, toUserId: 99, amount: '5' }, 'toUserId'],
      [{ fromUserId: 1, toUserId: 2, amount: '0' }, 'amount'],
      [{ fromUserId: 1, toUserId: 2, amount: '1.005' }, 'amount'],
      [{ fromUserId: 1, toUserId: 2, amount: 5 }, 'amount'],
      [{ fromUserId: 1, toUserId: 2, amount: '10000000000000000.00' }, 'amount'],
      [{ fromUserId: 1, toUserId: 2 }, 'amount'],
      [{ fromUserId: '1', toUserId: 2, amount: '5' }, 'fromUserId'],
      [{ fromUserId: 1, toUserId: 1.5, amount: '5' }, 'toUserId'],
      [{ fromUserId: 1, toUserId: 2, amount: '5', status: 'COMPLETED' }, 'status'],
    ]
    for (const [payload, field] of refused) {
      const { status, headers, body } = await call('POST', '/transfers', payload)
      t.equal(status, 422)
      t.equal(headers['content-type'], 'application/problem+json')
      t.same(Object.keys(body.errors), [field])
    }
    for (const name of ['  ', '😀'.repeat(256), 'a\ud800b', '\udc00']) {
      const { status, body } = await call('POST', '/users', { name })
      t.same([status, body.errors], [422, { name: 'A name has 1 to 255 characters.' }])
    }
    t.equal((await call('POST', '/users')).status, 400)
    t.same([await count(), await events()], [0, before])
  })

  await t.test('W3: an Idempotency-Key makes one transfer', async (t) => {
    const { call, count, events } = await openWithUsers()
    const before = await events()
    const key = { 'idempotency-key': 'k1' }
    const post = (amount: string) => call('POST', '/transfers', { fromUserId: 1, toUserId: 2, amount }, key)
    const [first, second] = [await post('5'), await post('5.00')]
    t.same([first.status, second.status], [201, 201])
    t.same(second.body, first.body)
    t.same([await count(), (await events()) - before], [1, 1])
    for (const other of [
      { fromUserId: 2, toUserId: 1, amount: '5' },
      { fromUserId: 1, toUserId: 2, amount: '6' },
    ])
      t.match(await call('POST', '/transfers', other, key), { status: 422, body: { errors: { 'Idempotency-Key': String } } })
    await call('PATCH', '/transfers/1', { amount: '7.00' })
    t.match(await post('5'), { status: 201, body: { id: 1, amount: '7.00' } }, 'what was asked counts, not what it has become')
    await call('DELETE', '/transfers/1')
    t.equal((await post('5')).status, 410)
    t.equal(await count(), 0)
    t.equal(
      (await call('POST', '/transfers', { fromUserId: 1, toUserId: 2, amount: '5' }, { 'idempotency-key': 'k'.repeat(65) }))
        .status,
      400,
    )
  })

  await t.test('a repeated request is answered while the users are being read, a new one is not', async (t) => {
    const { call, directory } = await openWithUsers()
    const transfer = { fromUserId: 1, toUserId: 2, amount: '5' }
    await call('POST', '/transfers', transfer, { 'idempotency-key': 'k1' })
    directory.isFilled = false
    t.equal((await call('POST', '/transfers', transfer, { 'idempotency-key': 'k1' })).status, 201)
    const refused = await call('POST', '/transfers', transfer)
    t.same([refused.status, refused.headers['retry-after']], [503, '1'])
  })

  await t.test('ETag and If-Match: a change of what has changed since is refused', async (t) => {
    const { call, tick } = await openWithUsers()
    await call('POST', '/transfers', { fromUserId: 1, toUserId: 2, amount: '5' })
    for (const [url, change] of [
      ['/users/1', { name: 'Amara Diallo' }],
      ['/transfers/1', { amount: '6.00' }],
    ] as const) {
      const etag = String((await call('GET', url)).headers['etag'])
      tick()
      const changed = await call('PATCH', url, change, { 'if-match': etag })
      t.equal(changed.status, 200)
      t.equal(changed.headers['etag'], (await call('GET', url)).headers['etag'])
      t.equal((await call('PATCH', url, change, { 'if-match': etag })).status, 412)
      t.equal((await call('DELETE', url, undefined, { 'if-match': etag })).status, 412)
      t.equal((await call('DELETE', url, undefined, { 'if-match': String(changed.headers['etag']) })).status, 204)
    }
  })

  await t.test('an amount is amended only while the transfer is PENDING', async (t) => {
    const { call } = await openWithUsers()
    await call('POST', '/transfers', { fromUserId: 1, toUserId: 2, amount: '5' })
    t.equal((await call('PATCH', '/transfers/1', { amount: '6' })).body.amount, '6.00')
    t.match((await call('PATCH', '/transfers/1', { amount: '7', status: 'COMPLETED' })).body, {
      amount: '7.00',
      status: 'COMPLETED',
    })
    t.equal((await call('PATCH', '/transfers/1', { amount: '8' })).status, 409)
    t.equal((await call('PATCH', '/transfers/1', {})).status, 422)
  })

  await t.test('W4: a status moves along its transitions only', async (t) => {
    const { call } = await openWithUsers()
    await call('POST', '/transfers', { fromUserId: 1, toUserId: 2, amount: '5' })
    t.equal((await call('PATCH', '/transfers/1', { status: 'COMPLETED' })).status, 200)
    t.equal((await call('PATCH', '/transfers/1', { status: 'PENDING' })).status, 409)
    t.equal((await call('PATCH', '/transfers/1', { status: 'LOST' })).status, 422)
    t.equal((await call('PATCH', '/transfers/9', { status: 'FAILED' })).status, 404)
    t.equal((await call('DELETE', '/transfers/1')).status, 204)
    t.equal((await call('DELETE', '/transfers/1')).status, 404)
    t.equal((await call('GET', '/nothing')).headers['content-type'], 'application/problem+json')
  })
}
