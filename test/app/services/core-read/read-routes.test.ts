import t from 'tap'
import { openHttp } from '../../../../app/platform/http/open-http.ts'
import { silentLog } from '../../../../app/platform/log.ts'
import { addReadRoutes } from '../../../../app/services/core-read/read-routes.ts'
import { SqliteDocumentStore } from '../../../../app/adapters/sqlite/sqlite-document-store.ts'

const transfer = (id: number, fromUserId: number, toUserId: number, amount: string) => ({
  id: String(id),
  document: {
    id,
    fromUserId,
    toUserId,
    amount,
    status: 'PENDING',
    createdAt: `2026-11-22T10:00:0${id}.000Z`,
    lastUpdatedAt: `2026-11-22T10:00:0${id}.000Z`,
    fromUserName: null,
    toUserName: 'B',
    enrichment: 'PARTIAL',
  },
  partition: id % 2,
  offset: 10 + id,
})

async function open() {
  const store = new SqliteDocumentStore(':memory:')
  await store.apply([transfer(1, 1, 2, '10.00'), transfer(2, 2, 3, '100.00'), transfer(3, 4, 1, '9999999999999999.99')])
  const server = await openHttp({ name: 'core-read', log: silentLog })
  addReadRoutes(server, store)
  const get = async (url: string) => {
    const answer = await server.inject({ method: 'GET', url })
    return { status: answer.statusCode, body: answer.json() }
  }
  const ids = async (query: string) =>
    (await get(`/transfers-enriched?${query}`)).body.content.map((document: { id: number }) => document.id)
  return { store, get, ids }
}

t.test('R1: transfers are filtered, sorted and paged', async (t) => {
  const { get, ids } = await open()
  t.same(await ids('userId=2&sort=-createdAt'), [2, 1])
  t.same(await ids('minAmount=9999999999999999.98'), [3])
  t.same(await ids('from=2026-11-22T10:00:02Z&to=2026-11-22T10:00:03Z'), [2])
  t.same(await ids('status=pending&page=1&size=2'), [3])
  t.same(await ids('beforeId=3&sort=-id&size=1'), [2], 'a page behind an id')
  t.same((await get('/transfers-enriched?size=2')).body.page, { number: 0, size: 2, totalElements: 3, totalPages: 2 })
  t.equal((await get('/transfers-enriched/1')).body.amount, '10.00')
  t.equal((await get('/transfers-enriched/9')).status, 404)
  for (const query of [
    'sort=id&sort=createdAt',
    'status=lost',
    'colour=red',
    'page=%zz',
    'sort=amount',
    'page=-1',
    'size=0',
    'userId=x',
    'from=soon',
    'minAmount=-1',
    'beforeId=0',
  ])
    t.equal((await get(`/transfers-enriched?${query}`)).status, 400, query)
})

t.test('S4: a write that comes again or comes late changes nothing', async (t) => {
  const { store, get } = await open()
  await store.apply([{ ...transfer(1, 1, 2, '11.00'), offset: 20 }])
  await store.apply([transfer(1, 1, 2, '10.00')])
  t.equal((await get('/transfers-enriched/1')).body.amount, '11.00')
  await store.apply([{ id: '1', document: null, partition: 1, offset: 21 }])
  await store.apply([{ ...transfer(1, 1, 2, '11.00'), offset: 20 }])
  t.equal((await get('/transfers-enriched/1')).status, 404, 'a deleted document does not come back')
})
