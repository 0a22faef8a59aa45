import { deepEqual } from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { ByteKey } from '../../lib/kernel/byte-key.ts'
import { windowSuffixBytes } from '../../lib/kernel/windowed-table.ts'
import { latin1 } from '../../lib/model/bytes.ts'
import { RowView } from '../../lib/state/key-value/row-view.ts'
import { RecordCacheBudget } from '../../lib/state/layers/record-cache-budget.ts'
import { TimedCache, type CachedRow } from '../../lib/state/layers/timed-cache.ts'
import { KeyScratch } from '../../lib/state/window/key-scratch.ts'
import { keyOfWindow, startOfWindow } from '../../lib/state/window/window-key.ts'
import { runs } from '../laws/runs.ts'

const keys = ['', 'a', 'a\0', 'ab', 'b']
const times = [0, 5, 2 ** 31, 2 ** 40]
const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ key: fc.constantFrom(...keys), time: fc.constantFrom(...times), value: fc.boolean() }) },
  { weight: 2, arbitrary: fc.constantFrom('flush' as const, 'scan' as const, 'look up' as const) },
  { weight: 1, arbitrary: fc.constant('clear' as const) },
)

const keyOf = (key: string): ByteKey => new ByteKey().set(Buffer.from(key, 'latin1'), 0, key.length)
const shown = (rows: readonly CachedRow[]) => rows.map(([key, row]) => [key, row && latin1(row.bytes)])

t.test('the entries of a key are those that a scan has of it, whatever came, was flushed or had to go', async () => {
  const law = fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
    const cache = new TimedCache(windowSuffixBytes, new RecordCacheBudget(600), () => undefined)
    const scratch = new KeyScratch()
    let looksUp = false
    const open: { return?(): unknown }[] = []
    const context = { topic: 'in', partition: 0, offset: 0, timestamp: 0, headers: [] }
    for (const [index, each] of steps.entries()) {
      if (each === 'flush') cache.flush()
      else if (each === 'clear') cache.clear()
      else if (each === 'look up') looksUp = true
      else if (each === 'scan') open.push(cache.scan({}))
      else {
        const value = Buffer.from(`value ${index}`)
        const row = each.value ? new RowView().set(value, 0, value.length, 0) : null
        cache.put(scratch.ofWindow(keyOf(each.key), each.time, 0), row, context)
      }
      if (!looksUp) continue
      const all = [...cache.scan({})]
      for (const key of keys) {
        const expected = all.filter(([at]) => keyOfWindow(at) === key && [5, 2 ** 31].includes(startOfWindow(at)))
        deepEqual(shown(cache.entriesOf(keyOf(key), 1, 2 ** 31)), shown(expected.toReversed()))
      }
    }
    for (const scan of open) scan.return?.()
  })
  fc.assert(law, runs(100))
})
