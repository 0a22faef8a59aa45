import t from 'tap'
import { chained, sorted, translated } from '../../lib/state/key-value/row-iterators.ts'

/** A snapshot of a medium: it holds pages until it is ended. */
function snapshot(rows: readonly number[]) {
  const steps = rows.values()
  const state = { ended: 0 }
  const source: Iterator<number> = { next: () => steps.next(), return: () => (state.ended++, { done: true, value: undefined }) }
  return { source, state }
}

const iterators = {
  translated: (source: Iterator<number>) => translated(source, (row) => row + 1),
  chained: (source: Iterator<number>) => chained([source], () => true),
  sorted: (source: Iterator<number>) => sorted(source, () => true, (left, right) => left - right), // prettier-ignore
  'sorted parts': (source: Iterator<number>) => chained([sorted(source, () => true, (left, right) => left - right)], () => true), // prettier-ignore
}

for (const [name, open] of Object.entries(iterators))
  t.test(`${name}: who ends it before its first step, or later, ends what is below`, async (t) => {
    const unread = snapshot([2, 1])
    open(unread.source).return?.()
    t.equal(unread.state.ended, 1)
    const read = snapshot([2, 1])
    const rows = open(read.source)
    rows.next()
    rows.return?.()
    t.equal(read.state.ended, 1)
  })

t.test('sorted: what is kept, in the other order', async (t) => {
  const { source } = snapshot([3, 1, 4, 2])
  t.strictSame([...sorted(source, (row) => row !== 4, (left, right) => left - right)], [1, 2, 3]) // prettier-ignore
})
