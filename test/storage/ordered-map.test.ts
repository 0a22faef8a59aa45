import { deepEqual } from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { OrderedMap } from '../../lib/storage/ordered-map.ts'
import { runs } from '../laws/runs.ts'

const key = fc.nat(2_000).map((number) => String(number).padStart(4, '0'))
const bound = fc.option(key, { nil: undefined })
const step = fc.oneof(
  { weight: 2, arbitrary: fc.record({ set: fc.array(key, { minLength: 1, maxLength: 150, size: 'max' }) }) },
  { weight: 2, arbitrary: fc.record({ delete: fc.array(key, { minLength: 1, maxLength: 20 }) }) },
  { weight: 4, arbitrary: fc.record({ from: bound, to: bound, reverse: fc.boolean() }) },
  { weight: 4, arbitrary: fc.record({ from: key, reverse: fc.boolean(), span: fc.nat(30) }) },
)

/** For the reader: all rows, sorted each time. */
function sorted(rows: ReadonlyMap<string, number>, from: string | undefined, to: string | undefined): [string, number][] {
  const isIn = (at: string): boolean => (from === undefined || at >= from) && (to === undefined || at < to)
  return [...rows].filter(([at]) => isIn(at)).sort(([left], [right]) => (left < right ? -1 : 1))
}

t.test('a scan has the rows of its range in order, and sees nothing of later writes', async () => {
  const law = fc.property(fc.array(step, { maxLength: 40, size: 'max' }), (steps) => {
    const map = new OrderedMap<number>()
    const model = new Map<string, number>()
    const scans: { readonly found: Iterable<[string, number]>; readonly expected: [string, number][] }[] = []
    for (const [value, step] of steps.entries()) {
      if ('set' in step) for (const each of step.set) for (const rows of [map, model]) rows.set(each, value)
      if ('delete' in step) for (const each of step.delete) for (const rows of [map, model]) rows.delete(each)
      if (!('reverse' in step)) continue
      const to = 'span' in step ? String(Number(step.from) + step.span).padStart(4, '0') : step.to
      const expected = sorted(model, step.from, to)
      scans.push({
        found: map.scan({ from: step.from, to, reverse: step.reverse }),
        expected: step.reverse ? expected.reverse() : expected,
      })
    }
    for (const { found, expected } of scans) deepEqual([...found], expected)
    deepEqual(map.size, model.size)
  })
  fc.assert(law, runs(200))
})
