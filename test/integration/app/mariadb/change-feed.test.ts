import t from 'tap'
import { MariadbChangeFeed } from '../../../../app/adapters/mariadb/mariadb-change-feed.ts'
import { MariadbDatabase } from '../../../../app/adapters/mariadb/mariadb-database.ts'
import { changeFeedSuite } from '../../../app/adapters/change-feed-suite.ts'
import { newDatabase, ownMariadb } from '../../../servers/mariadb-for-tests.ts'

const server = await ownMariadb(t)
if (server !== null)
  await t.test('changes of MariaDB', (t) =>
    changeFeedSuite(t, async () => {
      const address = await newDatabase(server, 'users')
      const database = await MariadbDatabase.open(address, ['users'])
      t.teardown(() => database.close())
      const open = async (): Promise<MariadbChangeFeed> => {
        const feed = await MariadbChangeFeed.open({
          address: { ...address, user: 'cdc', password: 'cdc' },
          table: 'users',
          onStatement: () => {},
          onAway: () => {},
        })
        t.teardown(() => feed[Symbol.asyncDispose]())
        return feed
      }
      return {
        feed: await open(),
        again: open,
        insert: (name) => database.run('insert into users (name) values (?)', [name]),
        rename: (id, name) => database.run('update users set name = ? where id = ?', [name, id]),
        remove: (id) => database.run('delete from users where id = ?', [id]),
      }
    }),
  )
