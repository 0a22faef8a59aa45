import { deepEqual } from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { Slots } from '../../lib/kernel/slots.ts'
import { runs } from '../laws/runs.ts'

const step = fc.record({ row: fc.integer({ min: 1, max: 400 }), action: fc.constantFrom('add', 'add', 'remove') })

t.test('slots hold the rows that were added and not removed, however few hashes these have, also while they grow', async () => {
  const law = fc.property(fc.array(step, { maxLength: 900, size: 'max' }), fc.integer({ min: 1, max: 60 }), (steps, hashes) => {
    const slots = new Slots()
    const model = new Set<number>()
    for (const { row, action } of steps) {
      if (action === 'add' && !model.has(row)) {
        slots.add(row % hashes, row)
        model.add(row)
      } else if (action === 'remove' && model.delete(row)) slots.remove(row % hashes, row)
    }
    deepEqual(
      [...slots.rows()].sort((left, right) => left - right),
      [...model].sort((left, right) => left - right),
    )
    deepEqual(slots.count, model.size)
  })
  fc.assert(law, runs(200))
})
