import { test } from 'tap'
import type { Test } from 'tap'
import { openSqliteUsers } from '../../../../app/adapters/sqlite/sqlite-bank.ts'
import { Users } from '../../../../app/bank/users.ts'
import { openingOf, seedUsers } from '../../../../app/pipeline/supervisor/seed-users.ts'
import { openHttp } from '../../../../app/platform/http/open-http.ts'
import { silentLog } from '../../../../app/platform/log.ts'
import { addUserRoutes } from '../../../../app/services/users-write/users-routes.ts'

interface Fixture {
  readonly url: string
  readonly users: Users
  nameOf(id: number): Promise<string>
}

async function open(t: Test): Promise<Fixture> {
  const { database, rows } = openSqliteUsers(':memory:')
  const users = new Users(rows, () => new Date().toISOString())
  const http = await openHttp({ name: 'users-write', log: silentLog })
  addUserRoutes(http, users)
  const url = await http.listen({ host: '127.0.0.1', port: 0 })
  t.teardown(async () => {
    await http.close()
    database.close()
  })
  return { url, users, nameOf: async (id) => (await users.get(id)).name }
}

test('four users come first, then the treasury, then forty', async (t) => {
  const { url, nameOf } = await open(t)
  const { people, treasury } = await seedUsers(url)
  t.same(await Promise.all(people.slice(0, 4).map(nameOf)), ['Amara', 'Bruno', 'Chidi', 'Dalia'])
  t.equal(treasury, 5)
  t.equal(await nameOf(treasury), 'Treasury')
  t.equal(new Set(people).size, 44)
  t.notOk(people.includes(treasury), 'the generator neither sends from nor to it')
})

test('whoever is there already is not made again, also under another name', async (t) => {
  const { url, users } = await open(t)
  const first = await seedUsers(url)
  t.same(await seedUsers(url), first)
  await users.rename(2, 'Bruno Costa', undefined)
  await users.create('Zoe')
  t.same(await seedUsers(url), first)
  await users.rename(first.treasury, 'Bank', undefined)
  t.same(await seedUsers(url), first)
  t.equal((await users.list({ number: 0, size: 500 })).total, 46)
})

test('a bank from before there was a treasury gets one', async (t) => {
  const { url, users } = await open(t)
  for (const name of ['Amara', 'Bruno', 'Chidi', 'Dalia', 'Efe Adler']) await users.create(name)
  const { treasury, people } = await seedUsers(url)
  t.equal(treasury, 6)
  t.equal(people[4], 5)
  t.same(await seedUsers(url), { treasury, people })
})

test('what opens a balance has the same key each time', (t) => {
  t.same(openingOf(7, 5), { key: 'opening-7', transfer: { fromUserId: 5, toUserId: 7, amount: '1000.00' } })
  t.end()
})
