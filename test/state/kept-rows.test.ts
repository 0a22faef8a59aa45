import t from 'tap'
import { ByteKey } from '../../lib/kernel/byte-key.ts'
import type { BaseByteRows } from '../../lib/state/key-value/byte-rows.ts'
import { RowView } from '../../lib/state/key-value/row-view.ts'
import { TableRows } from '../../lib/state/key-value/table-rows.ts'
import { plainFormat } from '../../lib/state/key-value/view-codec.ts'
import { TableBuffer } from '../../lib/state/layers/table-buffer.ts'
import { MemoryStorageFactory } from '../../lib/storage/memory/memory-storage.ts'

const kinds: Readonly<Record<string, () => BaseByteRows>> = {
  'a store in memory': () => new TableRows(),
  'a write buffer': () => new TableBuffer(new MemoryStorageFactory().open('task').table('s'), plainFormat),
}

for (const [what, open] of Object.entries(kinds))
  for (const how of ['restore', 'put'] as const)
    t.test(`${what} keeps a row by ${how} without the answer of the fetch that it came with`, async (t) => {
      const rows = open()
      const answer = Buffer.alloc(1024 * 1024)
      answer.set([107, 1, 2, 3], 5000)
      rows[how](new ByteKey().set(answer, 5000, 1), new RowView().set(answer, 5001, 3, 0))
      answer.fill(0)
      const kept = rows.get(new ByteKey().set(Buffer.from('k'), 0, 1))!
      t.equal(kept.slice().toString('hex'), '010203')
      t.ok(rows.heldBytes <= 64 * 1024, `it holds ${rows.heldBytes} bytes`)
    })
