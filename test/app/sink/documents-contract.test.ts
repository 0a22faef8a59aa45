import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'tap'
import { SqliteDocumentStore } from '../../../app/adapters/sqlite/sqlite-document-store.ts'
import { directory } from '../../storage/media.ts'
import { documentsContract } from './documents-contract.ts'

test('documents in SQLite', (t) =>
  documentsContract(t, async (t) => {
    const path = join(directory(t), 'documents.db')
    const store = new SqliteDocumentStore(path)
    t.teardown(() => store.close())
    return {
      store,
      async takeAway() {
        const other = new DatabaseSync(path)
        other.exec('begin exclusive')
        return async () => {
          other.exec('rollback')
          other.close()
        }
      },
    }
  }))
