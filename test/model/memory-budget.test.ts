import t from 'tap'
import { MemoryBudget } from '../../lib/model/memory-budget.ts'

t.test('a budget is spent when all holders together hold as much as it has', async (t) => {
  const budget = new MemoryBudget(100)
  const sizes = { stores: 60, output: 39 }
  budget.add('stores', () => sizes.stores)
  budget.add('output', () => sizes.output)
  t.notOk(budget.isSpent)
  sizes.output++
  t.ok(budget.isSpent)
  t.strictSame(budget.held, { stores: 60, output: 40 })
  budget.add('stores', () => 1)
  t.equal(budget.heldBytes, 41, 'the stores of a thread that was replaced are gone')
})

t.test('a budget without limit is never spent, and asks nobody', async (t) => {
  const budget = new MemoryBudget(Infinity)
  let asked = 0
  budget.add('stores', () => asked++)
  t.notOk(budget.isSpent)
  t.equal(asked, 0)
})
