import type { Test } from 'tap'
import { Serdes, topic } from 'millrace'
import type { RawRecord } from 'millrace'
import { openHttp } from '../../../app/platform/http/open-http.ts'
import { silentLog } from '../../../app/platform/log.ts'
import { addReadRoutes } from '../../../app/services/core-read/read-routes.ts'
import type { DocumentStore } from '../../../app/sink/document-store.ts'
import { KeyedDocuments } from '../../../app/sink/keyed-documents.ts'
import { Sink } from '../../../app/sink/sink.ts'
import type { FailedRecord, SinkOptions } from '../../../app/sink/sink.ts'

/** A store, with an outage that it survives. */
export interface StoreUnderTest {
  readonly store: DocumentStore
  /** Takes it away; resolves with what brings it back. */
  takeAway(): Promise<() => Promise<void>>
}

interface Value {
  readonly id: number
  readonly toUserName: string
}

const source = topic('custom.bank.transfer-enriched', { key: Serdes.string, value: Serdes.json<Value>() })

const record = (offset: number, id: number, toUserName: string | null): RawRecord => ({
  topic: source.name,
  partition: 0,
  offset,
  timestamp: offset,
  key: Buffer.from(String(id)),
  value: toUserName === null ? null : Buffer.from(JSON.stringify({ id, toUserName })),
  headers: [],
})

const toDocument = ({ id, toUserName }: Value) => ({
  id,
  fromUserId: id,
  toUserId: id + 1,
  amount: ['10.00', '100.00', '9999999999999999.99'][id - 1] ?? '1.00',
  status: 'PENDING',
  createdAt: `2026-11-22T10:00:${String(id).padStart(2, '0')}.000Z`,
  lastUpdatedAt: '2026-11-22T10:00:05.000Z',
  fromUserName: null,
  toUserName,
  enrichment: 'PARTIAL',
})

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, Math.min(ms, 200)))

/** Runs a sink over records, to their end. */
async function run(store: DocumentStore, batches: readonly RawRecord[][], given: Partial<SinkOptions> = {}) {
  const failed: FailedRecord[] = []
  const committed: number[] = []
  const sink = new Sink({
    tolerance: 'all',
    maxBatchSize: 0,
    source: {
      async *[Symbol.asyncIterator]() {
        for (const records of batches) yield { records }
      },
      commit: async () => void committed.push(committed.length),
      close: async () => {},
    },
    store,
    converter: new KeyedDocuments(source, { url: 'http://127.0.0.1:1' } as never, toDocument),
    report: async (some) => void failed.push(...some),
    sleep,
    onWait: () => {},
    ...given,
  })
  sink.start()
  const error = await sink.done.then(() => null, (reason: unknown) => reason) // prettier-ignore
  return { failed, error, commits: committed.length }
}

async function all(store: DocumentStore): Promise<readonly (readonly [unknown, unknown])[]> {
  const { documents } = await store.find({ where: [], sort: { field: 'id', order: 'ascending' }, limit: 100, offset: 0 })
  return documents.map(({ id, toUserName }) => [id, toUserName])
}

/** What sink and read API promise, whichever store has the documents. */
export async function documentsContract(t: Test, open: (t: Test) => Promise<StoreUnderTest>): Promise<void> {
  await t.test('S1: three renames leave three documents', async (t) => {
    const { store } = await open(t)
    const rename = (name: string, offset: number) => [1, 2, 3].map((id) => record(offset + id, id, name))
    await run(store, [rename('Bruno', 0), [...rename('Bruno A', 10), ...rename('Bruno B', 20)], rename('Bruno C', 30)])
    t.same(await all(store), [[1, 'Bruno C'], [2, 'Bruno C'], [3, 'Bruno C']]) // prettier-ignore
  })

  // More than 16 MiB: no store takes it.
  const ten = Array.from({ length: 10 }, (_, at) => record(at + 1, at + 1, at === 4 ? 'x'.repeat(17 << 20) : 'Amara'))

  await t.test('S2: a document that is refused ends the sink, or is passed while the nine others are written', async (t) => {
    const { store } = await open(t)
    const none = await run(store, [ten], { tolerance: 'none' })
    t.match(none.error, { name: 'FailedRecord', stage: 'TASK_PUT', reason: { name: 'DocumentRefused' }, record: { offset: 5 } })
    t.equal(none.commits, 0)
    t.same(await store.positions(), new Map())
    const tolerant = await run(store, [ten])
    t.same([tolerant.error, tolerant.commits, tolerant.failed.map(({ record: { offset } }) => offset)], [null, 1, [5]])
    t.same((await all(store)).map(([id]) => id), [1, 2, 3, 4, 6, 7, 8, 9, 10]) // prettier-ignore
    t.same(await store.positions(), new Map([[0, 11]]))
  })

  await t.test('S3: a store that is away gets all in order when it is back, and nothing is a dead letter', async (t) => {
    const { store, takeAway } = await open(t)
    await run(store, [[record(1, 1, 'Amara')]])
    const bringBack = await takeAway()
    // It comes back when the sink has noticed that it is away.
    let back: Promise<void> | undefined
    const batches = [
      [record(2, 1, 'Bruno'), record(3, 2, 'Chidi')],
      [record(4, 2, null), record(5, 1, 'Dalia')],
    ]
    const later = await run(store, batches, { onWait: () => void (back ??= bringBack()) })
    await back
    t.ok(back, 'it has waited')
    t.same([later.error, later.failed, later.commits], [null, [], 2])
    t.same(await all(store), [[1, 'Dalia']])
    t.same(await store.positions(), new Map([[0, 6]]))
  })

  await t.test('S4: what comes again, or comes late, changes nothing; a deleted document does not come back', async (t) => {
    const { store } = await open(t)
    await run(store, [[record(10, 1, 'new'), record(11, 2, 'new'), record(12, 2, null)]])
    const replay = await run(store, [[record(4, 1, 'old'), record(5, 2, 'old'), record(6, 3, 'first'), record(10, 1, 'new')]])
    t.same([replay.error, replay.failed, replay.commits], [null, [], 1])
    t.same(await all(store), [[1, 'new'], [3, 'first']]) // prettier-ignore
  })

  await t.test('R1: transfers are filtered, sorted and paged; amounts and times are exact', async (t) => {
    const { store } = await open(t)
    await run(store, [[1, 2, 3].map((id) => record(id, id, 'B'))])
    const server = await openHttp({ name: 'core-read', log: silentLog })
    addReadRoutes(server, store)
    const get = async (query: string) =>
      (await server.inject({ method: 'GET', url: `/transfers-enriched${query}` })).json<Record<string, any>>()
    const ids = async (query: string) => (await get(query))['content'].map(({ id }: { id: number }) => id)
    t.same(await ids('?userId=2&sort=-createdAt'), [2, 1])
    t.same(await ids('?minAmount=9999999999999999.98'), [3])
    t.same(await ids('?from=2026-11-22T10:00:02Z&to=2026-11-22T10:00:03Z'), [2])
    t.same(await ids('?status=pending&page=1&size=2'), [3])
    t.same(await ids('?beforeId=3&sort=-id&size=1'), [2])
    t.same((await get('?size=2'))['page'], { number: 0, size: 2, totalElements: 3, totalPages: 2 })
    t.same(await get('/3'), toDocument({ id: 3, toUserName: 'B' }))
    t.match(await get('/9'), { status: 404 })
  })
}
