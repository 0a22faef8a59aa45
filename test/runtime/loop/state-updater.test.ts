import t from 'tap'
import { TaskCorruptedError } from '../../../lib/model/errors.ts'
import { LoopJobs } from '../../../lib/runtime/loop/loop-jobs.ts'
import { StateUpdater } from '../../../lib/runtime/loop/state-updater.ts'
import { silentLogger } from '../../../lib/runtime/logger.ts'
import type { ManagedTask } from '../../../lib/runtime/task/managed-task.ts'
import { settle } from '../simulated-time.ts'
import { FakeTask } from '../task/fake-task.ts'
import { FakeTasks } from '../task/fake-tasks.ts'

function open(abort?: (asked: readonly ManagedTask[], tasks: FakeTasks) => readonly ManagedTask[]) {
  const jobs = new LoopJobs()
  const tasks = new FakeTasks(new FakeTask('0_0'), new FakeTask('0_1'))
  const steps: PromiseWithResolvers<readonly []>[] = []
  const changelogs = {
    isIdle: false,
    restoreOnce: () => {
      steps.push(Promise.withResolvers())
      return steps.at(-1)!.promise
    },
  }
  const lastCommit = 'unknown' as const
  const committer = { abort: async (asked: readonly ManagedTask[]) => ({ aborted: abort?.(asked, tasks) ?? asked, lastCommit }) }
  const updater = new StateUpdater({ changelogs, tasks, committer, jobs, logger: silentLogger })
  return { updater, changelogs, steps, jobs, calls: tasks.calls }
}

t.test('one step at a time, beside the loop; what it brings is a job of the loop', async (t) => {
  const { updater, steps, jobs, calls } = open()
  updater.advance()
  updater.advance()
  t.equal(steps.length, 1)
  steps[0]!.resolve([])
  await settle()
  t.same(calls, [], 'the loop has not come to it')
  await jobs.runAll()
  t.same(calls, ['restored'])
  updater.advance()
  t.equal(steps.length, 2)
})

t.test('nothing to restore: no step', (t) => {
  const { updater, changelogs, steps } = open()
  changelogs.isIdle = true
  updater.advance()
  t.same(steps, [])
  t.end()
})

t.test('state that the broker cannot complete is destroyed; tasks that are aborted with it keep theirs', async (t) => {
  for (const [abort, expected] of [
    [undefined, ['recreate 0_1 with state destroyed']],
    [
      (_: readonly ManagedTask[], { all }: FakeTasks) => all,
      ['recreate 0_1 with state destroyed', 'begin 0_0 again at the unknown commit'],
    ],
  ] as const) {
    const { updater, steps, jobs, calls } = open(abort)
    updater.advance()
    steps[0]!.reject(new TaskCorruptedError([{ subtopology: 0, partition: 1 }], 'The changelog is gone.'))
    await settle()
    await jobs.runAll()
    t.same(calls, expected)
  }
})

t.test('any other error is the end of the loop', async (t) => {
  const { updater, steps, jobs } = open()
  updater.advance()
  steps[0]!.reject(new Error('No access.'))
  await settle()
  await t.rejects(jobs.runAll(), { message: 'No access.' })
})
