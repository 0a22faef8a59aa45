import t from 'tap'
import { ManualClock } from '../../../lib/clock/manual-clock.ts'
import { SlowRecords } from '../../../lib/runtime/loop/slow-records.ts'
import { TaskExecutor } from '../../../lib/runtime/loop/task-executor.ts'
import { silentLogger } from '../../../lib/runtime/logger.ts'
import { FakeTask } from '../task/fake-task.ts'
import { FakeTasks } from '../task/fake-tasks.ts'

t.test('a record that may lose the session is told, with its node, its offset and how long it took', async (t) => {
  const clock = new ManualClock(0)
  const told: { readonly message: string; readonly facts: unknown }[] = []
  const logger = { ...silentLogger, warn: (message: string, facts?: object) => void told.push({ message, facts }) }
  const task = new FakeTask('0_1')
  let takesMs = 400
  task.process = () => {
    task.buffered--
    clock.advance(takesMs)
  }
  const slow = new SlowRecords({ logger, sessionTimeoutMs: 1000 })
  const executor = new TaskExecutor({ tasks: new FakeTasks(task), clock, slow })
  task.buffered = 1
  executor.process()
  t.same(told, [], 'less than half of the session')
  takesMs = 1500
  task.buffered = 1
  executor.process()
  t.match(told, [
    {
      message: /node SOURCE in task 0_1 took 1500 ms: offset 7 of in-0\. .*after 1000 ms \(sessionTimeoutMs\)/,
      facts: { code: 'STREAMS_SLOW_RECORD', node: 'SOURCE', topic: 'in', partition: 0, offset: 7, tookMs: 1500 },
    },
  ])
})
