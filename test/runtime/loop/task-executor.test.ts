import t from 'tap'
import { ManualClock } from '../../../lib/clock/manual-clock.ts'
import { TaskExecutor } from '../../../lib/runtime/loop/task-executor.ts'
import { FakeTask } from '../task/fake-task.ts'
import { FakeTasks } from '../task/fake-tasks.ts'

/** A task whose records take a millisecond each. */
class SlowTask extends FakeTask {
  readonly #clock: ManualClock

  constructor(id: string, clock: ManualClock) {
    super(id)
    this.#clock = clock
  }

  override process(): void {
    super.process()
    this.#clock.advance(1)
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

t.test('a slice ends after five milliseconds, at the end of a turn', (t) => {
  const clock = new ManualClock(0)
  const [slow, other] = [new SlowTask('0_0', clock), new FakeTask('0_1')]
  slow.buffered = 250
  other.buffered = 1
  const executor = new TaskExecutor({ tasks: new FakeTasks(slow, other), clock })
  t.ok(executor.process())
  t.same([slow.processed, other.processed], [100, 1])
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
