import t from 'tap'
import { ManualClock } from '../../../lib/clock/manual-clock.ts'
import { TaskExecutor } from '../../../lib/runtime/loop/task-executor.ts'
import { FakeTask } from '../task/fake-task.ts'
import { FakeTasks } from '../task/fake-tasks.ts'

/** A task whose records take `takesMs` each. */
class SlowTask extends FakeTask {
  takesMs: number
  readonly #clock: ManualClock

  constructor(id: string, clock: ManualClock, takesMs = 1) {
    super(id)
    this.#clock = clock
    this.takesMs = takesMs
  }

  override process(): void {
    super.process()
    this.#clock.advance(this.takesMs)
  }
}

t.test('tasks take turns of a hundred records until nothing is left', (t) => {
  const [first, second] = [new FakeTask('0_0'), new FakeTask('0_1')]
  first.buffered = 250
  second.buffered = 30
  const order: string[] = []
  for (const task of [first, second]) task.punctuateStreamTime = () => order.push(task.name) < 0
  const executor = new TaskExecutor({ tasks: new FakeTasks(first, second), clock: new ManualClock(0) })
  t.ok(executor.isReady)
  t.ok(executor.process())
  t.same([first.processed, second.processed], [250, 30])
  t.equal(order.lastIndexOf('0_1'), 129, 'the second had its turn after a hundred of the first')
  t.notOk(executor.isReady)
  t.notOk(executor.process(), 'nothing was done')
  t.end()
})

t.test('a slice ends after five milliseconds, and the next one begins with the next task', (t) => {
  const clock = new ManualClock(0)
  const [slow, other] = [new SlowTask('0_0', clock), new FakeTask('0_1')]
  slow.buffered = 250
  other.buffered = 1
  const executor = new TaskExecutor({ tasks: new FakeTasks(slow, other), clock })
  t.ok(executor.process())
  t.same([slow.processed, other.processed], [5, 0])
  t.ok(executor.process())
  t.same([slow.processed, other.processed], [10, 1])
  t.end()
})

t.test('sixty tasks with records of ten milliseconds: no slice lasts longer than a record, and all have their turn', (t) => {
  const clock = new ManualClock(0)
  const slow = Array.from({ length: 60 }, (_, partition) => new SlowTask(`0_${partition}`, clock, 10))
  for (const task of slow) task.buffered = 3
  const executor = new TaskExecutor({ tasks: new FakeTasks(...slow), clock })
  for (let round = 1; round <= 3; round++) {
    for (let slice = 0; slice < 60; slice++) {
      const before = clock.now()
      t.ok(executor.process())
      t.equal(clock.now() - before, 10)
    }
    t.same(new Set(slow.map(({ processed }) => processed)), new Set([round]))
  }
  t.notOk(executor.process())
  t.end()
})

t.test('a task that was fast and becomes slow is noticed within eight records', (t) => {
  const clock = new ManualClock(0)
  const task = new SlowTask('0_0', clock, 0)
  task.buffered = 1000
  const executor = new TaskExecutor({ tasks: new FakeTasks(task), clock })
  executor.process()
  t.equal(task.processed, 1000)
  Object.assign(task, { buffered: 1000, processed: 0, takesMs: 10 })
  executor.process()
  t.equal(task.processed, 8)
  executor.process()
  t.equal(task.processed, 9)
  t.end()
})

t.test('punctuations that take long share the time with the rest of the loop, too', (t) => {
  const clock = new ManualClock(0)
  const tasks = Array.from({ length: 3 }, (_, partition) => new FakeTask(`0_${partition}`))
  for (const task of tasks)
    task.punctuateWallClock = () => {
      clock.advance(10)
      task.processed++
      return true
    }
  const executor = new TaskExecutor({ tasks: new FakeTasks(...tasks), clock })
  for (let turn = 0; turn < 4; turn++) t.ok(executor.punctuate())
  t.same(tasks.map(({ processed }) => processed), [2, 1, 1]) // prettier-ignore
  t.end()
})

t.test('a processor that asks for a commit ends the slice', (t) => {
  const task = new FakeTask('0_0')
  task.buffered = 250
  task.isCommitRequested = true
  new TaskExecutor({ tasks: new FakeTasks(task), clock: new ManualClock(0) }).process()
  t.equal(task.processed, 100)
  t.end()
})

t.test('wall-clock punctuations run when they are due', (t) => {
  const clock = new ManualClock(0)
  const task = new FakeTask('0_0')
  task.nextWallClockMs = 10
  const executor = new TaskExecutor({ tasks: new FakeTasks(task), clock })
  clock.advance(9)
  t.notOk(executor.punctuate())
  clock.advance(1)
  t.ok(executor.punctuate())
  t.same(task.calls, ['punctuate at 10 0_0'])
  t.end()
})
