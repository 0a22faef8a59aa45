import { test } from 'tap'
import { Parties } from '../../../../app/feed/topics/parties.ts'

test('the users of the record before are told where they were others', (t) => {
  const parties = new Parties()
  t.equal(parties.note('7', 3, [1, 2]), undefined, 'the first that is known')
  t.equal(parties.note('7', 4, [1, 2]), undefined, 'the same')
  t.same(parties.note('7', 5, [1, 3]), [1, 2])
  t.same(parties.note('7', 6, null), [1, 3])
  t.equal(parties.note('7', 7, null), null, 'it was deleted already')
  t.equal(parties.note('8', 1, null), undefined, 'nobody knows')
  t.end()
})

test('records that are read again, in any order, tell the same', (t) => {
  const parties = new Parties()
  const records = [
    [0, [1, 2], undefined],
    [3, [1, 2], undefined],
    [5, [1, 3], [1, 2]],
    [9, [4, 3], [1, 3]],
    [12, null, [4, 3]],
  ] as const
  for (const [offset, users] of records) parties.note('7', offset, users)
  for (const [offset, users, was] of records.toReversed()) t.same(parties.note('7', offset, users), was, `at ${offset}`)
  const late = new Parties()
  for (const [offset, users] of records.slice(2)) late.note('7', offset, users)
  t.equal(late.note('7', 0, [1, 2]), undefined)
  t.same(late.note('7', 5, [1, 3]), [1, 2], 'older records say whose it was')
  t.end()
})
