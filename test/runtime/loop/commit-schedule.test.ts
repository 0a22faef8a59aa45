import t from 'tap'
import { ManualClock } from '../../../lib/clock/manual-clock.ts'
import { CommitSchedule } from '../../../lib/runtime/loop/commit-schedule.ts'
import { FakeTask, managed } from '../task/fake-task.ts'

function open() {
  const clock = new ManualClock(1_000_000)
  const task = new FakeTask('0_0')
  return { clock, task, running: [managed(task)], schedule: new CommitSchedule({ clock, commitIntervalMs: 100 }) }
}

t.test('a commit is due when its interval is over, counted from the last try', (t) => {
  const { clock, running, schedule } = open()
  clock.advance(99)
  t.notOk(schedule.isDue(running))
  clock.advance(1)
  t.ok(schedule.isDue(running))
  schedule.tried('if-due')
  t.notOk(schedule.isDue(running))
  t.equal(schedule.nextMs(running), clock.now() + 100)
  t.end()
})

t.test('a commit comes early where a processor asks for it, or stores hold more than 64 MiB', (t) => {
  const { task, running, schedule } = open()
  task.isCommitRequested = true
  t.ok(schedule.isDue(running))
  task.isCommitRequested = false
  task.dirtyBytes = 64 * 1024 * 1024
  t.notOk(schedule.isDue(running))
  task.dirtyBytes++
  t.ok(schedule.isDue(running))
  t.end()
})

t.test('stores are written with the first commit after 30 seconds', (t) => {
  const { clock, schedule } = open()
  clock.advance(29_999)
  t.equal(schedule.checkpoint, 'if-due')
  schedule.tried('if-due')
  clock.advance(1)
  t.equal(schedule.checkpoint, 'always')
  schedule.tried('always')
  t.equal(schedule.checkpoint, 'if-due')
  t.end()
})

t.test('an idle loop does not wake for tasks that have nothing to commit', (t) => {
  const { task, running, schedule } = open()
  task.isCommitNeeded = false
  t.equal(schedule.nextMs(running), Infinity)
  t.end()
})
