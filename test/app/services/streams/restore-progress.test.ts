import { test } from 'tap'
import { RestoreProgress } from '../../../../app/services/streams/restore-progress.ts'

const partition = (number: number) => ({ topic: 'changelog', partition: number })

test('what is restored of all stores is told until the last of them has ended', (t) => {
  const progress = new RestoreProgress()
  t.equal(progress.current, null)
  progress.onRestoreStart(partition(0), 'store', 100, 200)
  progress.onRestoreStart(partition(1), 'store', 0, 50)
  t.same(progress.current, { done: 0, total: 150 })
  progress.onBatchRestored(partition(0), 'store', 130, 30)
  t.same(progress.current, { done: 30, total: 150 })
  progress.onBatchRestored(partition(1), 'store', 50, 50)
  progress.onRestoreEnd(partition(1), 'store')
  t.same(progress.current, { done: 80, total: 150 }, 'a store that is done still counts')
  progress.onBatchRestored(partition(0), 'store', 200, 70)
  progress.onRestoreEnd(partition(0), 'store')
  t.equal(progress.current, null)
  progress.onRestoreStart(partition(1), 'store', 0, 10)
  t.same(progress.current, { done: 0, total: 10 }, 'the next restore begins anew')
  t.end()
})

test('two stores of one partition are counted apart', (t) => {
  const progress = new RestoreProgress()
  progress.onRestoreStart(partition(0), 'one', 0, 10)
  progress.onRestoreStart(partition(0), 'two', 0, 20)
  progress.onBatchRestored(partition(0), 'two', 5, 5)
  t.same(progress.current, { done: 5, total: 30 })
  t.same(progress.byStore, { one: { done: 0, total: 10 }, two: { done: 5, total: 20 } })
  t.end()
})

test('a changelog that grows or was compacted meanwhile never makes more than there is', (t) => {
  const progress = new RestoreProgress()
  progress.onRestoreStart(partition(0), 'store', 0, 10)
  progress.onBatchRestored(partition(0), 'store', 15, 15)
  t.same(progress.current, { done: 10, total: 10 })
  progress.onRestoreStart(partition(1), 'store', 20, 10)
  t.same(progress.current, { done: 10, total: 10 }, 'a position behind the end has nothing to restore')
  t.end()
})

test('a task that goes to another instance takes its restore along', (t) => {
  const progress = new RestoreProgress()
  progress.onRestoreStart(partition(0), 'store', 0, 10)
  progress.onRestoreStart(partition(1), 'store', 0, 10)
  progress.onRestoreSuspended(partition(0), 'store')
  t.same(progress.current, { done: 0, total: 10 })
  progress.onBatchRestored(partition(0), 'store', 5, 5)
  t.same(progress.current, { done: 0, total: 10 }, 'what comes late is of nobody')
  progress.onRestoreSuspended(partition(1), 'store')
  t.equal(progress.current, null)
  t.end()
})
