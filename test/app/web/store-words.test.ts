import { test } from 'tap'
import type { StoreAnswer } from '../../../app/contracts/topology.ts'
import { ownerLines } from '../../../app/web/page/graph/owner-words.ts'
import { answerSentences } from '../../../app/web/page/graph/store-words.ts'

const answer: StoreAnswer = {
  store: 'users',
  kind: 'key-value',
  keys: 'string',
  rows: [],
  isMore: false,
  asked: [0, 1],
  away: [],
  unreadable: [],
}
const row = { key: '7', value: '1', startMs: null, endMs: null, partition: 0, task: '0_0', instance: 'process 42' }
const said = (change: Partial<StoreAnswer>, question = { key: '7', to: '' }) =>
  answerSentences({ ...answer, ...change }, question, {
    state: 'running',
    guarantee: 'at_least_once',
    tasks: [],
    restore: null,
    restores: { users: { done: 12_300, total: 40_000 } },
  }).join(' ')

test('UI5: the answer of a store says what was found, and where nothing was', (t) => {
  t.equal(said({ rows: [row] }), '1 row.')
  t.equal(said({ rows: [row, row], isMore: true }), 'The first 2 rows; there are more.')
  t.equal(said({}), 'No row under this key. Asked: partitions 0, 1.')
  t.equal(said({ asked: [null] }), 'No row under this key. Asked: the whole store.')
  t.equal(said({}, { key: 'a', to: 'b' }), 'No row between these keys. Asked: partitions 0, 1.')
  t.equal(said({}, { key: '', to: '' }), 'The store has no rows. Asked: partitions 0, 1.')
  t.end()
})

test('UI5: a store that is being restored, or on its way, is not taken for one without the key', (t) => {
  const away = [{ partition: 1, state: 'restoring' }]
  t.equal(said({ asked: [], away }), 'Being restored: partition 1, 12,300 of 40,000 records. Nothing can be read before.')
  t.equal(
    said({ asked: [0], away }),
    'No row under this key. Asked: partition 0. Being restored: partition 1, 12,300 of 40,000 records. A row may be there.',
  )
  t.match(said({ asked: [] }), /^No instance has a partition of this store now/)
  t.equal(
    said({ asked: [], unreadable: [{ partition: 2, reason: 'They are no JSON.' }] }),
    'Bytes of partition 2 cannot be read: They are no JSON.',
  )
  t.end()
})

test('UI5: who has which tasks is a line for each process', (t) => {
  const task = (taskId: string, instance: string, state = 'running') => ({ taskId, instance, state })
  const tasks = [task('0_1', 'process 42', 'restoring'), task('0_0', 'process 42'), task('0_2', 'process 43')]
  t.same(ownerLines({ state: 'running', guarantee: 'at_least_once', tasks, restore: null }), [
    'process 42: 0_0, 0_1 restoring',
    'process 43: 0_2',
  ])
  t.end()
})
