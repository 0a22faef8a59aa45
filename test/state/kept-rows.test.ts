import t from 'tap'
import type { BaseRows } from '../../lib/state/key-value/key-value-rows.ts'
import { MemoryRows } from '../../lib/state/key-value/memory-rows.ts'
import { bytesFormat } from '../../lib/state/key-value/row-codec.ts'
import { row } from '../../lib/state/key-value/row.ts'
import { WriteBuffer } from '../../lib/state/layers/write-buffer.ts'
import { MemoryStorageFactory } from '../../lib/storage/memory/memory-storage.ts'

const kinds: Readonly<Record<string, () => BaseRows>> = {
  'a store in memory': () => new MemoryRows(),
  'a write buffer': () => new WriteBuffer(new MemoryStorageFactory().open('task').table('s'), bytesFormat),
}

/** The answer to a fetch, and a value in it. */
function fetched(): Uint8Array {
  const answer = new Uint8Array(1024 * 1024)
  answer.set([1, 2, 3], 5000)
  return answer.subarray(5000, 5003)
}

for (const [what, open] of Object.entries(kinds))
  for (const how of ['restore', 'put'] as const)
    t.test(`${what} keeps a row by ${how} without the answer of the fetch that it came with`, async (t) => {
      const rows = open()
      rows[how]('k', row(fetched(), 7))
      const kept = rows.get('k')!
      t.strictSame([...kept.bytes], [1, 2, 3])
      t.equal(kept.timestamp, 7)
      t.ok(kept.bytes.buffer.byteLength <= 64 * 1024, `it keeps ${kept.bytes.buffer.byteLength} bytes`)
    })

t.test('a row that is most of its memory is not copied', async (t) => {
  const rows = new MemoryRows()
  const own = row(new Uint8Array(200_000), 7)
  rows.put('k', own)
  t.equal(rows.get('k'), own)
})

t.test('what rows in memory take is estimated by their number and their mean size', async (t) => {
  const rows = new MemoryRows()
  for (let key = 0; key < 100; key++) rows.put(String(key).padStart(4, '0'), row(Buffer.alloc(500), 0))
  t.equal(rows.heldBytes, 100 * (4 + 500 + 96))
  for (let key = 0; key < 50; key++) rows.put(String(key).padStart(4, '0'), null)
  t.equal(rows.heldBytes, 50 * (4 + 500 + 96))
  t.equal(new MemoryRows().heldBytes, 0)
})
