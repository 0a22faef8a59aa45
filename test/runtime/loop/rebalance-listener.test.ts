import t from 'tap'
import { ManualClock } from '../../../lib/clock/manual-clock.ts'
import type { Logger } from '../../../lib/runtime/logger.ts'
import { silentLogger } from '../../../lib/runtime/logger.ts'
import { taskIdString } from '../../../lib/model/task-id.ts'
import { TransportError } from '../../../lib/model/errors.ts'
import type { Committer, CommitOutcome } from '../../../lib/runtime/loop/committer.ts'
import { LoopJobs } from '../../../lib/runtime/loop/loop-jobs.ts'
import { RebalanceListener } from '../../../lib/runtime/loop/rebalance-listener.ts'
import type { ManagedTask } from '../../../lib/runtime/task/managed-task.ts'
import type { KnownTopic } from '../../../lib/transport/topics/known-topics.ts'
import { FakeTask } from '../task/fake-task.ts'
import { FakeTasks } from '../task/fake-tasks.ts'
import { settle, simulate } from '../simulated-time.ts'

/** `outcome` says what a commit of these tasks does; by default all that are asked for are committed. */
function open(
  outcome: (asked: readonly ManagedTask[], tasks: FakeTasks) => Partial<CommitOutcome> = (committed) => ({ committed }),
) {
  const jobs = new LoopJobs()
  const tasks = new FakeTasks(new FakeTask('0_0'), new FakeTask('0_1'))
  const committer: Committer = {
    waitsForAssignment: true,
    urgency: 'by-schedule',
    commit: async (asked, checkpoint) => {
      tasks.calls.push(`commit ${asked.length} ${checkpoint}`)
      return { committed: [], aborted: [], lastCommit: 'known', ...outcome(asked, tasks) }
    },
    abort: async (asked) => ({ aborted: asked, lastCommit: 'known' }),
  }
  const clock = new ManualClock(0)
  const warnings: string[] = []
  const logger: Logger = { ...silentLogger, warn: (message) => void warnings.push(message) }
  const directory = { closedTaskSums: new Map([['1_0', 42]]) }
  const topics = new Map<string, KnownTopic>()
  const listener = new RebalanceListener({
    jobs,
    tasks,
    topics: { assigned: async () => topics },
    committer,
    output: { discard: () => void tasks.calls.push('discard output') },
    directory,
    logger,
    patience: { clock, retryBackoffMs: 100, taskTimeoutMs: 1000 },
  })
  /** The loop comes to its jobs. */
  const done = async (asked: Promise<void>): Promise<void> => {
    let isDone = false
    const end = asked.finally(() => (isDone = true))
    await simulate(clock, async () => {
      while (!isDone) {
        await jobs.runAll()
        await settle()
      }
    })
    await end
  }
  return { listener, jobs, tasks, topics, clock, warnings, calls: tasks.calls, done }
}

const partitions = [{ topic: 'in-0', partition: 0 }]

t.test('what a membership wants waits for the loop', async (t) => {
  const { listener, jobs, calls, done } = open()
  const assigned = listener.onAssigned(new Map([['0_0', partitions]]))
  await settle()
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

t.test('the tasks that run are committed before a join, as they cannot be until the assignment', async (t) => {
  const { listener, calls, done } = open()
  await done(listener.beforeJoin())
  t.same(calls, ['commit 2 if-due'])
})

t.test('a join does not wait longer than five seconds for a loop that is busy', async (t) => {
  const { listener, clock } = open()
  const before = clock.now()
  await simulate(clock, () => listener.beforeJoin())
  t.equal(clock.now() - before, 5000)
})

t.test('the report tells the tasks that are here, and the state of those that are not', (t) => {
  const { listener, tasks } = open()
  t.same(listener.report(), { owned: tasks.all.map(({ id }) => id), storedOffsetSums: new Map([['1_0', 42]]) })
  t.end()
})

t.test('the report tells how far a task is that is being restored: it is no better place for the task than its state', (t) => {
  const { listener, tasks } = open()
  const [managed] = tasks.all
  managed!.state = 'restoring'
  managed!.task.restores = () => [{ from: 30 }, { from: undefined }, { from: 4 }] as never
  t.same(listener.report().storedOffsetSums, new Map(Object.entries({ '1_0': 42, '0_0': 34 })))
  t.end()
})

t.test('a revoked task is committed with its stores, then closed', async (t) => {
  const { listener, calls, done } = open()
  await done(listener.onRevoked(['0_1']))
  t.same(calls, ['commit 1 always', 'close 0_1'])
})

t.test('a checkpoint that is under way ends before the last commit, and that of the last commit before the close', async (t) => {
  let slices = 2
  const { listener, tasks, calls, done } = open((committed) => {
    slices = 1
    return { committed }
  })
  tasks.all[1]!.task.continueCheckpoint = () => slices-- > 0
  await done(listener.onRevoked(['0_1']))
  t.same(calls, ['slice 0_1', 'slice 0_1', 'commit 1 always', 'slice 0_1', 'close 0_1'])
})

t.test('a task that shall read other topics than before is committed, closed, and made anew', async (t) => {
  const { listener, calls, done } = open()
  const more = [...partitions, { topic: 'in-9', partition: 0 }]
  await done(listener.onAssigned(new Map([['0_0', more], ['0_1', [{ topic: 'in-0', partition: 1 }]]]))) // prettier-ignore
  t.same(calls, ['commit 1 always', 'close 0_0', 'assign 0_0 0_1'])
})

t.test('a task whose topic was deleted and created again is committed, closed, and made anew', async (t) => {
  const { listener, tasks, topics, calls, done } = open()
  topics.set('in-0', { id: 'new', partitions: 1 })
  Object.assign(tasks.all[0]!, { topicIds: new Map([['in-0', 'old']]) })
  Object.assign(tasks.all[1]!, { topicIds: new Map([['in-1', 'old']]) })
  const both = new Map(tasks.all.map(({ id, partitions }) => [taskIdString(id), partitions]))
  await done(listener.onAssigned(both))
  t.same(calls, ['commit 1 always', 'close 0_0', 'assign 0_0 0_1'], 'nothing is known of in-1 now, so its task stays')
})

t.test('a commit of revoked tasks that is refused is repeated after growing pauses', async (t) => {
  let refusals = 2
  const { listener, calls, clock, done } = open((committed) => (refusals-- > 0 ? {} : { committed }))
  await done(listener.onRevoked(['0_1']))
  t.same(calls, ['commit 1 always', 'commit 1 always', 'commit 1 always', 'close 0_1'])
  t.ok(clock.now() >= 300 && clock.now() < 400)
})

t.test('a revoked task whose commit did not go through for two seconds is closed all the same', async (t) => {
  const { listener, calls, clock, done } = open(() => ({}))
  await done(listener.onRevoked(['0_1']))
  t.same(calls, [...Array.from({ length: 5 }, () => 'commit 1 always'), 'close dirty 0_1'])
  t.ok(clock.now() <= 2000)
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
  t.same(calls, ['commit 1 always', 'close dirty 0_1', 'begin 0_0 again at the known commit'])
})

t.test('a lost task is closed without a commit, and the log says why it is lost', async (t) => {
  const { listener, calls, warnings, done } = open()
  await done(listener.onLost(['0_0', '0_1'], 'The coordinator has not answered for 45000 ms.'))
  t.same(calls, ['close dirty 0_0 0_1', 'discard output'], 'nothing of it is written that is not sent yet')
  t.same(warnings, [
    'Tasks 0_0, 0_1 are lost, with what they did since their last commit: The coordinator has not answered for 45000 ms.',
  ])
})

t.test('a broker that does not tell what is committed is asked again', async (t) => {
  const { listener, tasks, calls, clock, done } = open()
  let failures = 3
  tasks.startsOf = async (_, topics) => {
    if (failures-- > 0) throw new TransportError('TRANSPORT_NETWORK_EXCEPTION', 'retriable', 'No answer.')
    return { topics, committed: [] }
  }
  await done(listener.onAssigned(new Map([['0_0', partitions]])))
  t.same(calls, ['assign 0_0'])
  t.ok(clock.now() >= 300)
})
