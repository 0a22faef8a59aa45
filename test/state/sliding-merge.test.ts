import fc from 'fast-check'
import t from 'tap'
import { SlidingMerge } from '../../lib/state/window/sliding-merge.ts'

t.test('a span that slides has what its items make, in their order', async (t) => {
  const steps = fc.array(fc.record({ items: fc.array(fc.constantFrom(...'abcd'), { maxLength: 3 }), dropped: fc.nat(4) }))
  const law = fc.property(steps, (moves) => {
    const sliding = new SlidingMerge<string>((left, right) => left + right)
    let [model, from] = [[] as [number, string][], 0]
    for (const [now, { items, dropped }] of moves.entries()) {
      for (const item of items) {
        sliding.push(now, item)
        model.push([now, item])
      }
      from = Math.max(from, now - dropped)
      model = model.filter(([time]) => time >= from)
      t.equal(sliding.dropBefore(from), model.length > 0)
      t.equal(sliding.merged(), model.length === 0 ? undefined : model.map(([, item]) => item).join(''))
    }
  })
  t.doesNotThrow(() => fc.assert(law))
})

t.test('an item is merged about three times, however many there are', async (t) => {
  let merges = 0
  const sliding = new SlidingMerge<number>((left, right) => {
    merges++
    return left + right
  })
  for (let time = 0; time < 10_000; time++) {
    sliding.push(time, 1)
    sliding.dropBefore(time - 999)
    t.ok(sliding.merged()! <= 1000)
  }
  t.ok(merges < 31_000, `${merges}`)
})
