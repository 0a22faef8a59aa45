import type { Test } from 'tap'
import type { Condition, DocumentStore } from '../../../app/sink/document-store.ts'

const write = (id: number, offset: number, fields: object | null = {}, partition = id % 2) => ({
  id: String(id),
  document: fields === null ? null : { id, fromUserId: 1, toUserId: id, amount: '10.00', status: 'PENDING', ...fields },
  partition,
  offset,
})

/** What every adapter of {@link DocumentStore} has to show. */
export async function documentStoreSuite(t: Test, open: () => DocumentStore | Promise<DocumentStore>): Promise<void> {
  await t.test('the newest write of an id counts, a delete too, in whatever order they come', async (t) => {
    const store = await open()
    await store.apply([write(1, 10), write(1, 12, { amount: '12.00' }), write(1, 11, { amount: '11.00' })])
    t.match(await store.get('1'), { amount: '12.00' })
    await store.apply([write(1, 13, null), write(1, 12, { amount: '12.00' })])
    t.equal(await store.get('1'), undefined)
    t.same(await store.find({ where: [], sort: { field: 'id', order: 'ascending' }, limit: 10, offset: 0 }), {
      documents: [],
      total: 0,
    })
  })

  await t.test('positions are those of the writes that were applied', async (t) => {
    const store = await open()
    t.same(await store.positions(), new Map())
    await store.apply([write(1, 10), write(2, 5), write(3, 11), write(2, 4)])
    t.same(
      new Map([...(await store.positions())].toSorted(([left], [right]) => left - right)),
      new Map([
        [0, 6],
        [1, 12],
      ]),
    )
  })

  await t.test('records without a document move the positions, too', async (t) => {
    const store = await open()
    await store.apply([write(1, 10)], [
      { partition: 1, offset: 12 },
      { partition: 0, offset: 3 },
    ]) // prettier-ignore
    t.same(
      new Map([...(await store.positions())].toSorted(([left], [right]) => left - right)),
      new Map([
        [0, 4],
        [1, 13],
      ]),
    )
  })

  await t.test('a document of more than 16 MiB is refused, and nothing of its batch is written', async (t) => {
    const store = await open()
    const large = write(2, 1, { status: 'x'.repeat(17 << 20) })
    const refusal = await store.apply([write(1, 1), large]).then(null, (error: unknown) => error)
    t.match(refusal, { name: 'DocumentRefused', write: { id: '2' } })
    t.equal(await store.get('1'), undefined)
    t.same(await store.positions(), new Map())
  })

  await t.test('documents from behind the end of their topic are of another one, and go', async (t) => {
    const store = await open()
    await store.apply([write(1, 10), write(2, 5)])
    const ends = (first: number, second: number) =>
      new Map([
        [0, first],
        [1, second],
      ] as const)
    t.equal(await store.begin(ends(6, 11)), 'kept')
    t.match(await store.get('1'), { id: 1 })
    t.equal(await store.begin(ends(6, 10)), 'removed')
    t.equal(await store.get('1'), undefined)
    t.same(await store.positions(), new Map())
    t.equal(await store.begin(ends(0, 0)), 'kept')
  })

  await t.test('a batch that repeats what is there, and has something new, writes the new', async (t) => {
    const store = await open()
    await store.apply([write(1, 10), write(2, 5), write(3, 11), write(4, 6)])
    await store.apply([
      write(1, 10, { amount: '1.00' }),
      write(2, 4, { amount: '1.00' }),
      write(4, 7, { amount: '7.00' }),
      write(6, 8),
    ])
    const amounts = await Promise.all(['1', '2', '3', '4', '6'].map(async (id) => (await store.get(id))?.['amount']))
    t.same(amounts, ['10.00', '10.00', '10.00', '7.00', '10.00'])
    await t.resolves(store.check())
  })

  await t.test('names, times and nulls come back as they were', async (t) => {
    const store = await open()
    const names = { fromUserName: null, toUserName: '<b>Zoë 🚀</b>' }
    const times = { createdAt: '2026-11-22T10:00:05.000Z', lastUpdatedAt: '2026-11-22T10:00:05.123Z' }
    await store.apply([write(1, 1, { ...names, ...times, amount: '0.01' })])
    t.same(await store.get('1'), { id: 1, fromUserId: 1, toUserId: 1, status: 'PENDING', amount: '0.01', ...names, ...times })
    const within = (value: string) => ({ field: 'createdAt', is: 'at-least', value }) as const
    const count = async (value: string) =>
      (await store.find({ where: [[within(value)]], sort: { field: 'id', order: 'ascending' }, limit: 1, offset: 0 })).total
    t.same([await count('2026-11-22T10:00:05.000Z'), await count('2026-11-22T10:00:05.001Z')], [1, 0])
  })

  await t.test('conditions, order and pages', async (t) => {
    const store = await open()
    await store.apply([
      write(1, 1, { amount: '9999999999999999.98' }),
      write(2, 1, { amount: '9999999999999999.99' }),
      write(3, 2, { amount: '9.00', status: 'FAILED' }),
    ])
    const ids = async (...where: Condition[][]) => {
      const { documents } = await store.find({ where, sort: { field: 'id', order: 'descending' }, limit: 2, offset: 0 })
      return documents.map((document) => document['id'])
    }
    t.same(await ids(), [3, 2])
    t.same(await ids([{ field: 'amount', is: 'decimal-at-least', value: '9999999999999999.99' }]), [2])
    t.same(await ids([{ field: 'amount', is: 'decimal-at-least', value: '10.00' }]), [2, 1])
    t.same(await ids([{ field: 'status', is: 'equal', value: 'FAILED' }], [{ field: 'id', is: 'less-than', value: 3 }]), [])
    t.same(
      await ids([
        { field: 'status', is: 'equal', value: 'FAILED' },
        { field: 'id', is: 'equal', value: 1 },
      ]),
      [3, 1],
    )
  })
}
