import t from 'tap'
import { openBankDatabase } from '../../../../app/adapters/sqlite/bank-database.ts'
import { writeServer } from '../../../../app/services/core-write/write-server.ts'

function open() {
  const database = openBankDatabase(':memory:')
  const server = writeServer(database, () => '2026-11-22T10:00:05.000Z')
  const call = async (
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    url: string,
    payload?: object,
    headers: Record<string, string> = {},
  ) => {
    const answer = await server.inject({ method, url, headers, ...(payload === undefined ? {} : { payload }) })
    return { status: answer.statusCode, headers: answer.headers, body: answer.body === '' ? null : answer.json() }
  }
  const count = (table: string): unknown => database.prepare(`select count(*) as n from ${table}`).get()!['n']
  return { database, call, count }
}

async function openWithUsers() {
  const bank = open()
  for (const name of ['Amara', 'Bruno', 'Chidi']) await bank.call('POST', '/users', { name })
  return bank
}

t.test('a user and a transfer are made, found and listed', async (t) => {
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
  t.same(
    (await call('GET', '/users?page=1&size=2')).body.content.map((user: { name: string }) => user.name),
    ['Chidi'],
  )
})

t.test('what breaks a rule is refused by field, and leaves no row and no event', async (t) => {
  const { call, count } = await openWithUsers()
  const events = count('cdc_log')
  const refused: readonly [object, string][] = [
    [{ fromUserId: 1, toUserId: 1, amount: '5' }, 'toUserId'],
    [{ fromUserId: 1, toUserId: 99, amount: '5' }, 'toUserId'],
    [{ fromUserId: 1, toUserId: 2, amount: '0' }, 'amount'],
    [{ fromUserId: 1, toUserId: 2, amount: '1.005' }, 'amount'],
    [{ fromUserId: 1, toUserId: 2, amount: 5 }, 'amount'],
    [{ fromUserId: 1, toUserId: 2, amount: '10000000000000000.00' }, 'amount'],
  ]
  for (const [payload, field] of refused) {
    const { status, headers, body } = await call('POST', '/transfers', payload)
    t.equal(status, 422)
    t.equal(headers['content-type'], 'application/problem+json')
    t.same(Object.keys(body.errors), [field])
  }
  t.equal((await call('POST', '/users', { name: '  ' })).status, 422)
  t.equal((await call('POST', '/users')).status, 400)
  t.same([count('transfers'), count('cdc_log')], [0, events])
})

t.test('an Idempotency-Key makes one transfer', async (t) => {
  const { call, count } = await openWithUsers()
  const post = (amount: string) => call('POST', '/transfers', { fromUserId: 1, toUserId: 2, amount }, { 'idempotency-key': 'k1' })
  const [first, second] = [await post('5'), await post('5.00')]
  t.same([first.status, second.status], [201, 201])
  t.same(second.body, first.body)
  t.equal(count('transfers'), 1)
  const other = await call('POST', '/transfers', { fromUserId: 2, toUserId: 1, amount: '5' }, { 'idempotency-key': 'k1' })
  t.equal(other.status, 422)
})

t.test('a status moves along its transitions only', async (t) => {
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

t.test('each change is logged with the row before and after', async (t) => {
  const { call, database } = await openWithUsers()
  await call('PATCH', '/users/2', { name: 'Bruno Costa' })
  await call('DELETE', '/users/2')
  const rows = database.prepare('select op, before_json, after_json from cdc_log order by seq').all()
  const names = (json: unknown): unknown => (json === null ? null : JSON.parse(json as string).name)
  t.same(
    rows.map((row) => [row['op'], names(row['before_json']), names(row['after_json'])]),
    [
      ['c', null, 'Amara'],
      ['c', null, 'Bruno'],
      ['c', null, 'Chidi'],
      ['u', 'Bruno', 'Bruno Costa'],
      ['d', 'Bruno Costa', null],
    ],
  )
})
