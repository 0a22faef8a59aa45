import t from 'tap'
import { ByteKey } from '../../lib/kernel/byte-key.ts'
import { plainFormat } from '../../lib/state/key-value/view-codec.ts'
import { RowView } from '../../lib/state/key-value/row-view.ts'
import { RecordCacheBudget } from '../../lib/state/layers/record-cache-budget.ts'
import { WindowSegments } from '../../lib/state/window/window-segments.ts'
import { WindowedRows } from '../../lib/state/window/windowed-rows.ts'
import { MemoryStorageFactory } from '../../lib/storage/memory/memory-storage.ts'
import type { StorageWrite } from '../../lib/storage/storage.ts'

const key = new ByteKey().set(Buffer.from('k'), 0, 1)
const value = new RowView().set(Buffer.alloc(100), 0, 100, 0)

t.test('stored rows stay in memory within the room that stores share; the oldest segments give up first', async (t) => {
  const environment = new MemoryStorageFactory().open('task')
  const kept = new RecordCacheBudget(50_000)
  const storage = { environment, store: 's', format: plainFormat, kept }
  const segments = new WindowSegments(100, storage, (place) => new WindowedRows(place))
  for (let start = 0; start < 300; start++) segments.create(start).rows.putWindow(key, start, 0, value)
  t.equal(segments.bytes, 0, 'what is not stored does not count')
  const writes: StorageWrite[] = []
  segments.commit()
  segments.checkpoint(writes)
  environment.transact(writes)
  segments.checkpointed()
  const [oldest, , newest] = segments.between(0, 300)
  t.ok(segments.bytes > 15_000 && segments.bytes <= 50_000, `${segments.bytes} bytes`)
  t.equal(kept.bytes, segments.bytes)
  t.ok(oldest!.rows.heldBytes < 1000, 'the oldest segment has none')
  t.ok(newest!.rows.heldBytes > 15_000, 'the newest one has all')
  for (const start of [0, 150, 299]) t.equal(segments.find(start)?.rows.getWindow(key, start)?.length, 100)
  segments.close()
  t.equal(kept.bytes, 0)
})
