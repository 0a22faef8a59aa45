import fc from 'fast-check'
import t from 'tap'
import { PriorityQueue } from '../../../lib/runtime/task/priority-queue.ts'

t.test('the smallest comes first, whatever the order in which they came', async (t) => {
  const law = fc.property(fc.array(fc.integer({ min: 0, max: 20 })), (numbers) => {
    const queue = new PriorityQueue<number>((number) => number)
    for (const number of numbers) queue.offer(number)
    const first = queue.peek()
    const polled = numbers.map(() => queue.poll())
    t.same(
      polled,
      numbers.toSorted((left, right) => left - right),
    )
    t.equal(first, polled[0])
    t.equal(queue.poll(), undefined)
    t.equal(queue.size, 0)
  })
  fc.assert(law)
})

t.test('among equals it has the order of java.util.PriorityQueue', async (t) => {
  const queue = new PriorityQueue<string>(() => 0)
  for (const item of ['a', 'b', 'c', 'd']) queue.offer(item)
  t.same(Array.from({ length: 4 }, () => queue.poll()), ['a', 'd', 'c', 'b']) // prettier-ignore
})
