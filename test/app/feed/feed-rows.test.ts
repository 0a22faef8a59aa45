import t from 'tap'
import type { TransferRecord } from '../../../app/contracts/feed.ts'
import { FeedRows } from '../../../app/feed/feed-rows.ts'

const transfer = (id: number): TransferRecord => ({ kind: 'transfer', key: String(id), value: { id } }) as TransferRecord
const gone = (id: number): TransferRecord => ({ ...transfer(id), value: null })

t.test('the 5,000 transfers that changed last are kept, the newest change first; of all of them the ids', async (t) => {
  const rows = new FeedRows()
  const keys = (): (string | null)[] => rows.state().transfers.map(({ key }) => key)
  const expected = (newest: number): string[] => Array.from({ length: 5000 }, (_, index) => String(newest - index))
  for (let id = 1; id <= 12_345; id++) rows.apply({ records: [transfer(id)] })
  t.same(keys(), expected(12_345))
  t.same(rows.state().transferIds, [[1, 12_345]])
  rows.apply({ records: [transfer(7), transfer(12_000), gone(12_345)] })
  t.same(keys().slice(0, 4), ['12000', '7', '12344', '12343'])
  t.equal(rows.state().transferCount, 12_344)
  t.same(new Set(keys()).size, keys().length)
})
