import { deepEqual } from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { TimeQueue, type Timed } from '../../lib/state/buffers/time-queue.ts'
import { runs } from '../laws/runs.ts'

const entry = fc.record({
  timeMs: fc.constantFrom(0, 1, 5, 2 ** 40, Infinity),
  key: fc.constantFrom('', 'a', 'a\0', 'ab', 'b', 'ÿ'),
})
const steps = fc.array(fc.oneof(entry, fc.nat(30)), { maxLength: 80, size: 'max' })

t.test('a queue is a sorted list, whatever leaves it', async () => {
  const law = fc.property(steps, (given) => {
    const queue = new TimeQueue<Timed>()
    let list: Timed[] = []
    const leave = (leaving: Timed): void => {
      queue.remove(leaving)
      list = list.filter((each) => each !== leaving)
    }
    for (const step of given) {
      if (typeof step === 'number') {
        if (step < list.length) leave(list[step]!)
      } else if (!list.some(({ timeMs, key }) => timeMs === step.timeMs && key === step.key)) {
        const added = { ...step, place: -1 }
        queue.add(added)
        list.push(added)
        list.sort((left, right) => left.timeMs - right.timeMs || (left.key < right.key ? -1 : 1))
      }
      deepEqual(queue.first, list[0])
    }
    while (list.length > 0) {
      deepEqual(queue.first, list[0])
      leave(list[0]!)
    }
    deepEqual(queue.first, undefined)
  })
  fc.assert(law, runs(300))
})
