import t from 'tap'
import type { Committer, CommitOutcome } from '../../../lib/runtime/loop/committer.ts'
import { LoopJobs } from '../../../lib/runtime/loop/loop-jobs.ts'
import { RebalanceListener } from '../../../lib/runtime/loop/rebalance-listener.ts'
import type { ManagedTask } from '../../../lib/runtime/task/managed-task.ts'
import { FakeTask } from '../task/fake-task.ts'
import { FakeTasks } from '../task/fake-tasks.ts'

/** `outcome` says what a commit of these tasks does; by default all that are asked for are committed. */
function open(
  outcome: (asked: readonly ManagedTask[], tasks: FakeTasks) => Partial<CommitOutcome> = (committed) => ({ committed }),
) {
  const jobs = new LoopJobs()
  const tasks = new FakeTasks(new FakeTask('0_0'), new FakeTask('0_1'))
  const committer: Committer = {
    commit: async (asked, checkpoint) => {
      tasks.calls.push(`commit ${asked.length} ${checkpoint}`)
      return { committed: [], aborted: [], ...outcome(asked, tasks) }
    },
    abort: async (asked) => asked,
  }
  const listener = new RebalanceListener({ jobs, tasks, committer, directory: { closedTaskSums: new Map([['1_0', 42]]) } })
  /** The loop comes to its jobs. */
  const done = async (asked: Promise<void>): Promise<void> => {
    await jobs.runAll()
    await asked
  }
  return { listener, jobs, tasks, calls: tasks.calls, done }
}

const partitions = [{ topic: 'in-0', partition: 0 }]

t.test('what a membership wants waits for the loop', async (t) => {
  const { listener, jobs, calls, done } = open()
  const assigned = listener.onAssigned(new Map([['0_0', partitions]]))
  await Promise.resolve()
  t.same(calls, [])
  t.notOk(jobs.isEmpty)
  await done(assigned)
  t.same(calls, ['assign 0_0'])
})

t.test('a member rebalances until it knows its tasks, and again from the next rebalance on', async (t) => {
  const { listener, done } = open()
  t.ok(listener.isRebalancing)
  await done(listener.onAssigned(new Map()))
  t.notOk(listener.isRebalancing)
  listener.onRebalance()
  t.ok(listener.isRebalancing)
})

t.test('the report tells the tasks that are here, and the state of those that are not', (t) => {
  const { listener, tasks } = open()
  t.same(listener.report(), { owned: tasks.all.map(({ id }) => id), storedOffsetSums: new Map([['1_0', 42]]) })
  t.end()
})

t.test('a revoked task is committed with its stores, then closed', async (t) => {
  const { listener, calls, done } = open()
  await done(listener.onRevoked(['0_1']))
  t.same(calls, ['commit 1 always', 'close 0_1'])
})

t.test('a task that shall read other topics than before is committed, closed, and made anew', async (t) => {
  const { listener, calls, done } = open()
  const more = [...partitions, { topic: 'in-9', partition: 0 }]
  await done(listener.onAssigned(new Map([['0_0', more], ['0_1', [{ topic: 'in-0', partition: 1 }]]]))) // prettier-ignore
  t.same(calls, ['commit 1 always', 'close 0_0', 'assign 0_0 0_1'])
})

t.test('a revoked task whose commit did not go through is closed all the same', async (t) => {
  const { listener, calls, done } = open(() => ({}))
  await done(listener.onRevoked(['0_1']))
  t.same(calls, ['commit 1 always', 'close dirty 0_1'])
})

t.test('a revoked task that still restores has nothing to commit', async (t) => {
  const { listener, tasks, calls, done } = open(() => ({}))
  tasks.all[1]!.state = 'restoring'
  await done(listener.onRevoked(['0_1']))
  t.same(calls, ['commit 1 always', 'close 0_1'])
})

t.test('tasks that are aborted with a revoked one begin again', async (t) => {
  const { listener, calls, done } = open((_, tasks) => ({ aborted: tasks.all }))
  await done(listener.onRevoked(['0_1']))
  t.same(calls, ['commit 1 always', 'close dirty 0_1', 'recreate 0_0 with state kept'])
})

t.test('a lost task is closed without a commit', async (t) => {
  const { listener, calls, done } = open()
  await done(listener.onLost(['0_0', '0_1']))
  t.same(calls, ['close dirty 0_0 0_1'])
})
