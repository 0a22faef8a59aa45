import t from 'tap'
import { ManualClock } from '../../../lib/clock/manual-clock.ts'
import { CommitSchedule } from '../../../lib/runtime/loop/commit-schedule.ts'
import { FakeTask, managed } from '../task/fake-task.ts'

function open() {
  const clock = new ManualClock(1_000_000)
  const task = new FakeTask('0_0')
  const schedule = new CommitSchedule({ clock, commitIntervalMs: 100, retryBackoffMs: 10 })
  return { clock, task, running: [managed(task)], schedule }
}

t.test('a commit is due when its interval is over, counted from the last commit', (t) => {
  const { clock, running, schedule } = open()
  clock.advance(99)
  t.notOk(schedule.isDue(running))
  clock.advance(1)
  t.ok(schedule.isDue(running))
  schedule.committed('if-due', [])
  t.notOk(schedule.isDue(running))
  t.equal(schedule.nextMs(running), clock.monotonic() + 100)
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
  const { clock, running, schedule } = open()
  clock.advance(29_999)
  t.equal(schedule.checkpoint(running), 'if-due')
  schedule.committed('if-due', [])
  clock.advance(1)
  t.equal(schedule.checkpoint(running), 'always')
  schedule.committed('always', [])
  t.equal(schedule.checkpoint(running), 'if-due')
  t.end()
})

t.test('a commit that comes early because stores hold much writes them, as nothing else frees what they hold', (t) => {
  const { clock, running, schedule } = open()
  const tasks = [...running, managed(new FakeTask('0_1'))]
  for (const { task } of tasks) Object.assign(task, { dirtyBytes: 33 * 1024 * 1024 })
  t.ok(schedule.isDue(tasks))
  t.equal(schedule.checkpoint(tasks), 'always')
  for (const { task } of tasks) Object.assign(task, { dirtyBytes: 0 })
  schedule.committed('always', [])
  clock.advance(1)
  t.notOk(schedule.isDue(tasks))
  t.end()
})

t.test('a refused commit is due again after a pause that grows, whatever else asks for one', (t) => {
  const { clock, task, running, schedule } = open()
  task.isCommitRequested = true
  for (const pauseMs of [10, 20, 40, 80, 160, 320, 640, 1000, 1000]) {
    schedule.refused()
    t.equal(schedule.nextMs(running), clock.monotonic() + pauseMs)
    clock.advance(pauseMs - 1)
    t.notOk(schedule.isDue(running))
    clock.advance(1)
    t.ok(schedule.isDue(running))
  }
  schedule.committed('if-due', [])
  schedule.refused()
  t.equal(schedule.nextMs(running), clock.monotonic() + 10, 'after a commit that went through the pauses begin anew')
  t.end()
})

t.test('with four times as much in stores as makes a commit early, processing waits', (t) => {
  const { task, running, schedule } = open()
  task.dirtyBytes = 256 * 1024 * 1024
  t.notOk(schedule.isOverdue(running))
  task.dirtyBytes++
  t.ok(schedule.isOverdue(running))
  t.end()
})

t.test('an idle loop does not wake for tasks that have nothing to commit', (t) => {
  const { task, running, schedule } = open()
  task.isCommitNeeded = false
  t.equal(schedule.nextMs(running), Infinity)
  t.end()
})

t.test('an early commit that frees nothing, because storage is full, is not repeated at once', (t) => {
  const { clock, task, running, schedule } = open()
  const loose = new CommitSchedule({ clock, commitIntervalMs: 60_000, retryBackoffMs: 10 })
  task.dirtyBytes = 65 * 1024 * 1024
  t.ok(loose.isDue(running))
  loose.committed('always', running)
  t.notOk(loose.isDue(running))
  task.isCommitNeeded = false
  t.equal(loose.nextMs(running), clock.monotonic() + 1000, 'an idle loop tries it, too')
  clock.advance(1000)
  t.ok(loose.isDue(running))
  task.dirtyBytes = 0
  loose.committed('always', running)
  t.equal(loose.nextMs(running), Infinity)
  schedule.committed('always', running)
  t.end()
})
