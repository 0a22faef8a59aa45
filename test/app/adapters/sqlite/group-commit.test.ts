import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import type { Test } from 'tap'
import { BankDatabase } from '../../../../app/adapters/sqlite/bank-database.ts'
import { GroupCommit } from '../../../../app/adapters/sqlite/group-commit.ts'

/** A database, and a connection of somebody else who watches it. */
async function open(t: Test) {
  const dir = await mkdtemp(join(tmpdir(), 'millrace-group-commit-'))
  const path = join(dir, 'users.db')
  const [database, watcher] = [new BankDatabase(path, 'users'), new BankDatabase(path, 'users')]
  t.teardown(async () => {
    for (const each of [database, watcher]) each.close()
    await rm(dir, { recursive: true, force: true })
  })
  const insert = (name: string | null): number => database.run(`insert into users values (null, ?, '', '')`, name).id
  const commits = (): number => watcher.one<{ data_version: number }>('pragma data_version')!.data_version
  const names = (): string[] => watcher.all<{ name: string }>('select name from users order by id').map(({ name }) => name)
  return { database, group: new GroupCommit(database), insert, commits, names }
}

t.test('writes of one turn are one commit, and are answered after it', async (t) => {
  const { group, insert, commits, names } = await open(t)
  const before = commits()
  const seen = await Promise.all(
    ['a', 'b', 'c'].map((name) => group.run(() => insert(name)).then((id) => ({ id, names: names() }))),
  )
  const all = ['a', 'b', 'c']
  t.same(seen, [1, 2, 3].map((id) => ({ id, names: all }))) // prettier-ignore
  t.equal(commits() - before, 1)
})

t.test('what a write throws undoes that write, and no other', async (t) => {
  const { group, insert, names } = await open(t)
  const twice = (): number => {
    insert('half')
    return insert(null)
  }
  const outcomes = await Promise.allSettled([group.run(() => insert('a')), group.run(twice), group.run(() => insert('b'))])
  t.match(outcomes, [{ status: 'fulfilled' }, { reason: /NOT NULL/ }, { status: 'fulfilled' }])
  t.same(names(), ['a', 'b'])
})

t.test('if the commit fails, no write is acknowledged', async (t) => {
  const { database, group, insert, names } = await open(t)
  const ending = (): void => database.connection.exec('rollback')
  const outcomes = await Promise.allSettled([group.run(() => insert('a')), group.run(ending), group.run(() => insert('b'))])
  t.same(
    outcomes.map(({ status }) => status),
    ['rejected', 'rejected', 'rejected'],
  )
  t.same(names(), [])
  t.equal(await group.run(() => insert('c')), 1, 'the next turn goes on')
  t.same(names(), ['c'])
})
