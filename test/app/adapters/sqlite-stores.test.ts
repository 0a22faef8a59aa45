import t from 'tap'
import { BankDatabase } from '../../../app/adapters/sqlite/bank-database.ts'
import { SqliteChangeFeed } from '../../../app/adapters/sqlite/sqlite-change-feed.ts'
import { SqliteDocumentStore } from '../../../app/adapters/sqlite/sqlite-document-store.ts'
import { changeFeedSuite } from './change-feed-suite.ts'
import { documentStoreSuite } from './document-store-suite.ts'

t.test('documents in SQLite', (t) => documentStoreSuite(t, () => new SqliteDocumentStore(':memory:')))

t.test('changes of SQLite', (t) =>
  changeFeedSuite(t, () => {
    const database = new BankDatabase(':memory:', 'users')
    const at = '2026-11-22T10:00:05.000Z'
    return {
      feed: new SqliteChangeFeed(database, 'users'),
      again: () => new SqliteChangeFeed(database, 'users'),
      insert: (name) => void database.run('insert into users (name, created_at, last_updated_at) values (?, ?, ?)', name, at, at),
      rename: (id, name) => void database.run('update users set name = ? where id = ?', name, id),
      remove: (id) => void database.run('delete from users where id = ?', id),
    }
  }),
)
