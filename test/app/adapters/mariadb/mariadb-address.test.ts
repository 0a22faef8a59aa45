import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { addressText, isOnServer, mariadbAddress } from '../../../../app/adapters/mariadb/mariadb-address.ts'

t.test('a database is a file, or is on a server', async (t) => {
  t.same(['.data/users.db', ':memory:', '/a/b', 'mariadb://a@b/c', 'mysql://a@b/c'].map(isOnServer), [
    false,
    false,
    false,
    true,
    true,
  ])
  t.same(mariadbAddress({ database: 'mariadb://bank@db.local/bank', databasePassword: 'secret' }), {
    host: 'db.local',
    port: 3306,
    user: 'bank',
    password: 'secret',
    database: 'bank',
  })
  t.match(mariadbAddress({ database: 'mysql://bank@[::1]:3307/bank' }), { host: '::1', port: 3307, password: '' })
})

t.test('a password comes from a file; in the address it is refused, and no message has it', async (t) => {
  const file = join(t.testdir({}), 'password')
  await writeFile(file, 'se cret\n')
  const config = { database: 'mariadb://bank@db.local/bank', databasePasswordFile: file }
  t.equal(mariadbAddress(config).password, 'se cret')
  t.equal(addressText(mariadbAddress(config)), 'mariadb://bank@db.local:3306/bank')
  t.throws(
    () => mariadbAddress({ ...config, databasePasswordFile: `${file}.none` }),
    /--database-password-file cannot be read: ENOENT/,
  )
  const refusal = (database: string): string => {
    try {
      return JSON.stringify(mariadbAddress({ database }))
    } catch (error) {
      return (error as Error).message
    }
  }
  t.match(refusal('mariadb://bank:secret@db.local/bank'), /^--database has a password/)
  t.notMatch(refusal('mariadb://bank:secret@db.local/bank'), /secret/)
  for (const wrong of [
    'mariadb://db.local/bank',
    'mariadb://bank@db.local',
    'postgres://a@b/c',
    'mariadb://a@b/c/d',
    'mariadb://a@b:x/c',
  ])
    t.match(refusal(wrong), /^--database is a SQLite file, or mariadb:/)
})
