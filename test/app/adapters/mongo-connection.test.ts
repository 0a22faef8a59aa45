import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { MongoConnection, authOf } from '../../../app/adapters/mongodb/mongo-connection.ts'
import { directory } from '../../storage/media.ts'

t.test('the password comes from a file, and the name that is logged has none', async (t) => {
  const passwordFile = join(directory(t), 'password')
  writeFileSync(passwordFile, 'a:b@c\n')
  const uri = 'mongodb://sink%40bank:old@db:27017/bank?authSource=admin'
  t.same(authOf(uri, passwordFile), { auth: { username: 'sink@bank', password: 'a:b@c' } })
  t.same(authOf(uri, null), {})
  t.equal(new MongoConnection({ uri, passwordFile }).name, 'mongodb://sink%40bank@db:27017/bank')
})

t.test('an address that cannot be one is refused with the reason', async (t) => {
  const open = (uri: string, passwordFile: string | null = null) => new MongoConnection({ uri, passwordFile })
  t.throws(() => open('mongodb://db:27017'), /db:27017 names no database: append one/)
  t.throws(() => open('mongodb://db:port/bank'), { name: 'ConfigProblem', message: /is no address of a MongoDB/ })
  t.throws(() => open('mongodb://db:27017/bank?writeconcerns=1'), /is no address of a MongoDB/)
  t.throws(() => open('mongodb://sink@db:27017/bank', '/nowhere'), /documents-password-file/)
  t.throws(() => open('mongodb://db:27017/bank', import.meta.filename), /names no user/)
})
