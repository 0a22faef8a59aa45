import type { Test } from 'tap'
import type { ChangeFeed } from '../../../app/capture/change-feed.ts'

/** A table of users behind a feed, and how its rows change. */
export interface FedTable {
  readonly feed: ChangeFeed
  insert(name: string): void
  rename(id: number, name: string): void
  remove(id: number): void
}

/** What every adapter of {@link ChangeFeed} has to show. `open` makes a new database each time. */
export async function changeFeedSuite(t: Test, open: () => FedTable): Promise<void> {
  await t.test('changes come in their order, with the row before and after, from any position on', async (t) => {
    const { feed, insert, rename, remove } = open()
    t.equal(await feed.newest(), null)
    insert('Amara')
    rename(1, 'Bruno')
    remove(1)
    const changes = await feed.from(null, 10)
    t.same(
      changes.map(({ op, before, after }) => [op, before?.['name'] ?? null, after?.['name'] ?? null]),
      [
        ['c', null, 'Amara'],
        ['u', 'Amara', 'Bruno'],
        ['d', 'Bruno', null],
      ],
    )
    const positions = changes.map(({ position }) => position)
    t.same(
      (await feed.from(positions[1]!, 10)).map(({ position }) => position),
      positions.slice(1),
    )
    t.same(
      (await feed.after(positions[1]!, 10)).map(({ position }) => position),
      positions.slice(2),
    )
    t.same((await feed.from(null, 2)).length, 2)
    t.equal(await feed.newest(), positions[2])
    for (const [left, right] of [
      [0, 1],
      [1, 2],
    ] as const)
      t.ok(feed.compare(positions[left]!, positions[right]!)! < 0 && feed.compare(positions[right]!, positions[left]!)! > 0)
    t.equal(feed.compare(positions[0]!, positions[0]!), 0)
  })

  await t.test('what is acknowledged need not be kept, what comes later does, and positions go on', async (t) => {
    const { feed, insert } = open()
    insert('Amara')
    insert('Bruno')
    const [first, second] = await feed.from(null, 10)
    await feed.acknowledge(first!.position)
    t.same((await feed.from(null, 10)).at(-1), second)
    await feed.acknowledge(second!.position)
    insert('Chidi')
    const [third] = await feed.after(second!.position, 10)
    t.ok(feed.compare(third!.position, second!.position)! > 0)
  })

  await t.test('a snapshot has each row once, and the changes behind it come behind it', async (t) => {
    const { feed, insert, rename } = open()
    for (const name of ['Amara', 'Bruno', 'Chidi']) insert(name)
    await feed.snapshot()
    rename(2, 'Bruno Costa')
    const changes = await feed.from(null, 10)
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

  await t.test('positions of another database have no order with those of this one', async (t) => {
    const [one, other] = [open(), open()]
    one.insert('Amara')
    other.insert('Amara')
    const [left, right] = [(await one.feed.newest())!, (await other.feed.newest())!]
    t.equal(one.feed.compare(left, right), undefined)
    t.equal(other.feed.compare(left, right), undefined)
  })
}
