import type { Test } from 'tap'
import type { NewTransfer, Transfer, TransferRows, User, UserRows } from '../../../app/bank/ports.ts'

const at = '2026-11-22T10:00:05.000Z'
const transferRow: NewTransfer = {
  fromUserId: 1,
  toUserId: 2,
  amount: '10.00',
  status: 'PENDING',
  createdAt: at,
  lastUpdatedAt: at,
}
const refuse = (): never => {
  throw new Error('refused')
}

/** What every adapter of {@link UserRows} has to show. */
export async function userRowsSuite(t: Test, open: () => UserRows | Promise<UserRows>): Promise<void> {
  await t.test('rows are inserted, found, listed by id, changed and deleted', async (t) => {
    const rows = await open()
    const made: User[] = []
    for (const name of ['Amara', 'Bruno', '<b> 🚀']) made.push(await rows.insert({ name, createdAt: at, lastUpdatedAt: at }))
    t.same(
      made.map(({ id }) => id),
      [1, 2, 3],
    )
    t.same(
      made.map((user) => JSON.stringify(user)),
      (await rows.list({ number: 0, size: 3 })).rows.map((user) => JSON.stringify(user)),
      'what was inserted is what is found, field by field',
    )
    t.same(await rows.get(3), { id: 3, name: '<b> 🚀', createdAt: at, lastUpdatedAt: at })
    t.same(await rows.list({ number: 1, size: 2 }), { rows: [made[2]], total: 3 })
    t.same(await rows.list({ number: 0, size: 2 }, { ids: [3, 9, 1] }), { rows: [made[0], made[2]], total: 2 }, 'those there are')
    t.same(await rows.list({ number: 0, size: 1 }, { afterId: 1 }), { rows: [made[1]], total: 2 })
    t.same(await rows.list({ number: 0, size: 9 }, { ids: [1, 2], afterId: 1 }), { rows: [made[1]], total: 1 })
    t.match(await rows.update(2, (user) => ({ ...user, name: 'Bruno Costa' })), { id: 2, name: 'Bruno Costa' })
    t.equal(await rows.delete(2, () => {}), true)
    t.equal(await rows.delete(2, () => {}), false)
    t.equal(await rows.get(2), undefined)
    t.equal(await rows.update(2, (user) => user), undefined)
    t.equal((await rows.insert({ name: 'Dalia', createdAt: at, lastUpdatedAt: at })).id, 4, 'ids are not given again')
  })

  await t.test('what a callback throws leaves the row as it was', async (t) => {
    const rows = await open()
    const user = await rows.insert({ name: 'Amara', createdAt: at, lastUpdatedAt: at })
    await t.rejects(rows.update(1, refuse), /refused/)
    await t.rejects(rows.delete(1, refuse), /refused/)
    t.same(await rows.get(1), user)
  })

  await t.test('of writes at once, one that is refused takes nothing of the others with it', async (t) => {
    const rows = await open()
    const row = { name: 'Amara', createdAt: at, lastUpdatedAt: at }
    for (const name of ['Amara', 'Chidi']) await rows.insert({ ...row, name })
    const outcomes = await Promise.allSettled([
      rows.insert(row),
      rows.update(1, (user) => ({ ...user, name: 'Bruno' })),
      rows.update(1, refuse),
      rows.insert({ ...row, name: null } as never),
      rows.insert(row),
      rows.delete(2, refuse),
    ])
    t.same(
      outcomes.map(({ status }) => status),
      ['fulfilled', 'fulfilled', 'rejected', 'rejected', 'fulfilled', 'rejected'],
    )
    t.same(
      (await rows.list({ number: 0, size: 10 })).rows.map(({ name }) => name),
      ['Bruno', 'Chidi', 'Amara', 'Amara'],
    )
  })
}

/** What every adapter of {@link TransferRows} has to show. */
export async function transferRowsSuite(t: Test, open: () => TransferRows | Promise<TransferRows>): Promise<void> {
  await t.test('a request makes one row, and is remembered when the row is gone', async (t) => {
    const rows = await open()
    t.equal(await rows.madeBy('k1'), undefined)
    const first = await rows.insertOnce(transferRow, { id: 'k1', fingerprint: 'a' })
    const again = await rows.insertOnce({ ...transferRow, amount: '11.00' }, { id: 'k1', fingerprint: 'b' })
    t.same(again, { fingerprint: 'a', transfer: first.transfer })
    t.same(await rows.madeBy('k1'), first)
    t.equal((await rows.list({ number: 0, size: 10 })).total, 1)
    await rows.delete(1, () => {})
    t.same(await rows.insertOnce(transferRow, { id: 'k1', fingerprint: 'a' }), { fingerprint: 'a', transfer: undefined })
    t.equal((await rows.list({ number: 0, size: 10 })).total, 0)
  })

  await t.test('requests at once with one key make one row', async (t) => {
    const rows = await open()
    const all = await Promise.all(Array.from({ length: 20 }, () => rows.insertOnce(transferRow, { id: 'k1', fingerprint: 'a' })))
    t.same(new Set(all.map(({ transfer }) => transfer?.id)), new Set([1]))
  })

  await t.test('decisions settle what is PENDING, once, and nothing else', async (t) => {
    const rows = await open()
    const made: Transfer[] = []
    for (let index = 0; index < 3; index++) made.push(await rows.insert(transferRow))
    const later = '2026-11-22T10:00:06.000Z'
    const decisions = [
      { transferId: 1, status: 'COMPLETED' },
      { transferId: 2, status: 'FAILED' },
      { transferId: 1, status: 'FAILED' },
      { transferId: 99, status: 'COMPLETED' },
    ] as const
    t.equal(await rows.settle(decisions, later), 2)
    t.equal(await rows.settle(decisions, later), 0)
    const { rows: now } = await rows.list({ number: 0, size: 10 })
    t.same(
      now.map(({ status, lastUpdatedAt }) => [status, lastUpdatedAt]),
      [
        ['COMPLETED', later],
        ['FAILED', later],
        ['PENDING', at],
      ],
    )
  })
}
