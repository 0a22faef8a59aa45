import t from 'tap'
import { LeaderEpochs } from '../../../lib/transport/embedded/leader-epochs.ts'

function epochs(...starts: readonly (readonly [epoch: number, startOffset: number])[]): LeaderEpochs {
  const opened = new LeaderEpochs()
  for (const [epoch, startOffset] of starts) opened.wrote(epoch, startOffset)
  return opened
}

t.test('an epoch ends where the next one begins, the present one where the log ends', async (t) => {
  const opened = epochs([0, 0], [2, 5], [2, 7], [3, 9])
  t.equal(opened.last, 3)
  t.same(opened.endOf(0, 3, 12), { leaderEpoch: 0, endOffset: 5 })
  t.same(opened.endOf(1, 3, 12), { leaderEpoch: 0, endOffset: 5 }, 'an epoch in which nothing was written')
  t.same(opened.endOf(2, 3, 12), { leaderEpoch: 2, endOffset: 9 })
  t.same(opened.endOf(3, 3, 12), { leaderEpoch: 3, endOffset: 12 })
  t.same(opened.endOf(4, 3, 12), { leaderEpoch: -1, endOffset: -1 }, 'no leader had it')
  t.same(epochs([2, 5]).endOf(1, 2, 12), { leaderEpoch: 1, endOffset: 5 }, 'before the first that is known')
})

t.test('a leader that lacks records goes on where its log ends', async (t) => {
  const opened = epochs([0, 0], [1, 5])
  opened.truncate(3, 2)
  t.equal(opened.last, 2)
  t.same(opened.endOf(1, 2, 4), { leaderEpoch: 0, endOffset: 3 })
  t.same(opened.endOf(2, 2, 4), { leaderEpoch: 2, endOffset: 4 })
})
