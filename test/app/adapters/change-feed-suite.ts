import type { Test } from 'tap'
import { setTimeout as delay } from 'node:timers/promises'
import type { ChangeFeed, LoggedChange } from '../../../app/capture/change-feed.ts'

/** A table of users behind a feed, and how its rows change. */
export interface FedTable {
  readonly feed: ChangeFeed
  insert(name: string): unknown
  rename(id: number, name: string): unknown
  remove(id: number): unknown
  /** Another feed of the same table, as a process has it that starts later. */
  again(): ChangeFeed | Promise<ChangeFeed>
}

/** Asks until so many changes are there: a log is read behind the one who asks. At most `limit` come at a time. */
async function changesOf(feed: ChangeFeed, after: string | null, count: number, limit = 10): Promise<LoggedChange[]> {
  const all: LoggedChange[] = []
  for (let position = after, tries = 0; all.length < count && tries < 1000; tries++) {
    const some = await feed.after(position, limit)
    if (some.length === 0) await delay(5)
    all.push(...some)
    position = some.at(-1)?.position ?? position
  }
  return all
}

const names = (changes: readonly LoggedChange[]) =>
  changes.map(({ op, before, after }) => [op, before?.['name'] ?? null, after?.['name'] ?? null])

const positionsOf = (changes: readonly LoggedChange[]) => changes.map(({ position }) => position)

/** What every adapter of {@link ChangeFeed} has to show. `open` makes a new database each time. */
export async function changeFeedSuite(t: Test, open: () => FedTable | Promise<FedTable>): Promise<void> {
  await t.test('C2: changes come in their order, with the row before and after, from any position on', async (t) => {
    const { feed, insert, rename, remove } = await open()
    const begin = await feed.snapshot()
    t.same(await feed.after(begin, 10), [])
    await insert('Amara')
    await rename(1, 'Bruno')
    await remove(1)
    const changes = await changesOf(feed, begin, 3)
    t.same(names(changes), [
      ['c', null, 'Amara'],
      ['u', 'Amara', 'Bruno'],
      ['d', 'Bruno', null],
    ])
    const positions = positionsOf(changes)
    t.same(positionsOf(await changesOf(feed, positions[0]!, 2)), positions.slice(1))
    t.same(positionsOf(await changesOf(feed, positions[1]!, 1)), positions.slice(2))
    t.same(await feed.after(positions[2]!, 10), [])
    t.same(positionsOf(await changesOf(feed, begin, 3, 2)), positions, 'in parts')
    for (const [left, right] of [
      [0, 1],
      [1, 2],
    ] as const)
      t.ok(feed.compare(positions[left]!, positions[right]!)! < 0 && feed.compare(positions[right]!, positions[left]!)! > 0)
    t.equal(feed.compare(positions[0]!, positions[0]!), 0)
    t.ok(feed.compare(begin, positions[0]!)! < 0)
  })

  await t.test(
    'C4: what is acknowledged need not be kept, what comes later does, and positions go on in a later process',
    async (t) => {
      const { feed, insert, again } = await open()
      const begin = await feed.snapshot()
      await insert('Amara')
      await insert('Bruno')
      const [first, second] = await changesOf(feed, begin, 2)
      await feed.acknowledge(first!.position)
      t.same(await changesOf(feed, first!.position, 1), [second])
      await feed.acknowledge(second!.position)
      await insert('Chidi')
      const later = await again()
      const [third] = await changesOf(later, second!.position, 1)
      t.equal(third!.after?.['name'], 'Chidi')
      t.ok(later.compare(third!.position, second!.position)! > 0)
      t.same([await later.originOf(begin), await later.originOf(third!.position)], ['own', 'own'])
    },
  )

  await t.test('C1: a snapshot has each row once, and the changes behind it come behind it', async (t) => {
    const { feed, insert, rename } = await open()
    for (const name of ['Amara', 'Bruno', 'Chidi']) await insert(name)
    const begin = await feed.snapshot()
    await rename(2, 'Bruno Costa')
    const changes = await changesOf(feed, begin, 4)
    t.same(
      changes.map(({ op, snapshot, after }) => [op, snapshot, after?.['name']]),
      [
        ['r', 'first', 'Amara'],
        ['r', 'true', 'Bruno'],
        ['r', 'last', 'Chidi'],
        ['u', 'false', 'Bruno Costa'],
      ],
    )
  })

  await t.test('C3: a row that comes while a snapshot is read comes once, behind it', async (t) => {
    const { feed, insert, rename, remove } = await open()
    for (const name of ['Amara', 'Bruno', 'Chidi']) await insert(name)
    const begin = await feed.snapshot()
    const some = await feed.after(begin, 2)
    await insert('Zed')
    await remove(3)
    await rename(1, 'Amara Diallo')
    const rest = await changesOf(feed, some.at(-1)!.position, 4, 2)
    t.same(names([...some, ...rest]), [
      ['r', null, 'Amara'],
      ['r', null, 'Bruno'],
      ['r', null, 'Chidi'],
      ['c', null, 'Zed'],
      ['d', 'Chidi', null],
      ['u', 'Amara', 'Amara Diallo'],
    ])
  })

  await t.test('C4: a snapshot that was broken off comes again from any of its rows, with the rows as they were', async (t) => {
    const { feed, insert, rename, remove, again } = await open()
    for (const name of ['Amara', 'Bruno', 'Chidi', 'Dalia']) await insert(name)
    const begin = await feed.snapshot()
    const [first] = await feed.after(begin, 1)
    await remove(3)
    await insert('Zed')
    await rename(4, 'Dalia Costa')
    await rename(4, 'Dalia Diallo')
    const expected = [
      ['r', null, 'Bruno'],
      ['r', null, 'Chidi'],
      ['r', null, 'Dalia'],
      ['d', 'Chidi', null],
      ['c', null, 'Zed'],
      ['u', 'Dalia', 'Dalia Costa'],
      ['u', 'Dalia Costa', 'Dalia Diallo'],
    ]
    const rest = await changesOf(await again(), first!.position, 7, 2)
    t.same(names(rest), expected)
    t.same(names(await changesOf(await again(), begin, 8)), [['r', null, 'Amara'], ...expected])
    t.same(positionsOf(await changesOf(await again(), first!.position, 7)), positionsOf(rest))
  })

  await t.test('positions of another database have no order with those of this one', async (t) => {
    const [one, other] = [await open(), await open()]
    const [left, right] = [await one.feed.snapshot(), await other.feed.snapshot()]
    t.equal(one.feed.compare(left, right), undefined)
    t.equal(other.feed.compare(left, right), undefined)
    t.same([await one.feed.originOf(left), await one.feed.originOf(right)], ['own', 'other database'])
  })
}
