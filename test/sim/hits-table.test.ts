import t from 'tap'
import { hitsTable, neverHit } from './hits-table.ts'

t.test('the table has a row for each call and a column for each fault of calls; what was never hit is named', async (t) => {
  const hits = { 'kill after × JoinGroup': 12, 'late request × Fetch': 3, stop: 7 }
  const table = hitsTable(hits, 'wire', 'unused')
  t.match(table, /JoinGroup +0 +12 +0 +0 +0\n/)
  t.match(table, /Fetch +0 +0 +0 +0 +3\n/)
  t.match(table, /storage.transact +0 +0 +– +– +–\n/)
  t.match(table, /stop +7\n/)
  const missed = neverHit(hits, 'wire', 'unused')
  for (const hit of Object.keys(hits)) t.notOk(missed.includes(hit), hit)
  t.ok(missed.includes('kill before × JoinGroup') && missed.includes('leaders move'))
  t.notOk(
    missed.some((what) => what.includes('EndTxn')),
    'nobody ends a transaction',
  )
  t.ok(neverHit(hits, 'wire', 'used').includes('late request × AddOffsetsToTxn'))
  t.notOk(missed.includes('lost answer × storage.transact'), 'what cannot happen is not missed')
})
