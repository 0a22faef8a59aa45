import t from 'tap'
import { MemoryStorageFactory } from '../../lib/storage/memory/memory-storage.ts'
import { storageSuite } from '../conformance/storage-suite.ts'

storageSuite(t, async () => new MemoryStorageFactory())

t.test('an environment is gone when it is closed', async (t) => {
  const factory = new MemoryStorageFactory()
  factory.open('app').table('s')
  t.strictSame(factory.list(''), ['app'])
  const again = new MemoryStorageFactory().open('app')
  t.strictSame(again.tables(), [])
})
