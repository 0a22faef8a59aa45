import t from 'tap'
import { openSqliteTransfers, openSqliteUsers } from '../../../app/adapters/sqlite/sqlite-bank.ts'
import { transferRowsSuite, userRowsSuite } from './bank-rows-suite.ts'

t.test('users in SQLite', (t) => userRowsSuite(t, () => openSqliteUsers(':memory:').rows))
t.test('transfers in SQLite', (t) => transferRowsSuite(t, () => openSqliteTransfers(':memory:').rows))
