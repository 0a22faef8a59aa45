import { deepEqual } from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { ByteKey } from '../../lib/kernel/byte-key.ts'
import type { Pin } from '../../lib/kernel/versioned-table.ts'
import { WindowedTable } from '../../lib/kernel/windowed-table.ts'
import { runs } from '../laws/runs.ts'

const window = fc.record({ key: fc.constantFrom('', 'a', 'aa', 'b', 'a\0'), time: fc.nat(2 ** 40), sequence: fc.nat(3) })
const step = fc.record({ window, action: fc.constantFrom('add', 'add', 'add', 'remove', 'remove', 'pin', 'unpin') })

type Window = { readonly key: string; readonly time: number; readonly sequence: number }

function windowBytes({ key, time, sequence }: Window): Buffer {
  const suffix = Buffer.alloc(12)
  suffix.writeBigInt64BE(BigInt(time))
  suffix.writeInt32BE(sequence, 8)
  return Buffer.concat([Buffer.from(key), suffix])
}

const pointer = new ByteKey()
const at = (bytes: Buffer): ByteKey => pointer.set(bytes, 0, bytes.length)
function newestFirst(left: Window, right: Window): number {
  return right.time - left.time || right.sequence - left.sequence
}

/** The windows of a key that are there, as their times. */
function times(table: WindowedTable, key: string): number[] {
  const found: number[] = []
  const newest = table.newest(at(Buffer.from(key)))
  for (let row = newest; row !== 0; row = table.older(row)) if (table.valueLength(row) >= 0) found.push(table.time(row))
  return found
}

t.test('the windows of a key are a chain from the newest to the oldest, in whatever order they come and go', async () => {
  const law = fc.property(fc.array(step, { maxLength: 150, size: 'max' }), (steps) => {
    const table = new WindowedTable()
    const pins: Pin[] = []
    const model = new Map<string, Window>()
    for (const { window, action } of steps) {
      const bytes = windowBytes(window)
      if (action === 'add') {
        table.put(at(bytes), bytes, 0, 0, 0)
        model.set(bytes.toString('latin1'), window)
      } else if (action === 'remove' && model.size > 0) {
        const [[name, gone]] = [...model] as [[string, Window]]
        model.delete(name)
        const key = windowBytes(gone)
        table.delete(at(key))
      } else if (action === 'pin') pins.push(table.pin())
      else if (action === 'unpin' && pins.length > 0) table.unpin(pins.shift()!)
    }
    for (const key of ['', 'a', 'aa', 'b', 'a\0', 'absent']) {
      const windows = [...model.values()].filter((window) => window.key === key).sort(newestFirst)
      deepEqual(
        times(table, key),
        windows.map(({ time }) => time),
      )
    }
    for (const pin of pins) table.unpin(pin)
    for (const window of model.values()) {
      const key = windowBytes(window)
      table.delete(at(key))
    }
    deepEqual([table.count, table.usedBytes], [0, 0])
  })
  fc.assert(law, runs(200))
})
