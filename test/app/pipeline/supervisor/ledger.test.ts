import { test } from 'tap'
import { Ledger } from '../../../../app/pipeline/supervisor/ledger.ts'

test('a proof has what was acknowledged since', async (t) => {
  const ledger = new Ledger()
  ledger.add('a', 1)
  ledger.add('b', 2)
  t.match(ledger.proof(0), {
    from: 0,
    to: 2,
    entries: [
      ['a', 1],
      ['b', 2],
    ],
  })
  t.match(ledger.proof(1), { from: 1, to: 2, entries: [['b', 2]] })
  t.match(ledger.proof(9), { from: 2, to: 2, entries: [] })
})

test('all are counted, the newest are kept', async (t) => {
  const ledger = new Ledger()
  for (let id = 1; id <= 150_000; id++) ledger.add(`k${id}`, id)
  const { from, to, entries } = ledger.proof(0)
  t.equal(to, 150_000)
  t.equal(entries.length, to - from)
  t.ok(entries.length >= 100_000 && entries.length < 110_000)
  t.equal(entries[0]![1], from + 1)
})

test('the time in which the applications are down is told apart', async (t) => {
  const ledger = new Ledger()
  ledger.setDown(true)
  await new Promise((resolve) => setTimeout(resolve, 20))
  t.ok(ledger.proof(0).downMs >= 15)
  ledger.setDown(false)
  const { downMs } = ledger.proof(0)
  await new Promise((resolve) => setTimeout(resolve, 20))
  t.equal(ledger.proof(0).downMs, downMs)
})
