import t from 'tap'
import { ManualClock } from '../../../lib/clock/manual-clock.ts'
import { FailurePauses } from '../../../lib/runtime/failure-pauses.ts'
import { ProcessingError } from '../../../lib/runtime/errors/processing-error.ts'
import { silentLogger } from '../../../lib/runtime/logger.ts'
import { CrashRecovery } from '../../../lib/runtime/loop/crash-recovery.ts'
import type { UncaughtExceptionAnswer } from '../../../lib/runtime/streams-config.ts'

function open(answer: UncaughtExceptionAnswer) {
  const clock = new ManualClock(0)
  const calls: string[] = []
  const recovery = new CrashRecovery({
    clock,
    logger: silentLogger,
    tasks: { running: [], beginAgain: (_, lastCommit) => void calls.push(`begin again, ${lastCommit}`) },
    committer: { abort: async () => (calls.push('abort'), { aborted: [], lastCommit: 'known' }) },
    pauses: new FailurePauses(clock, 100),
    decide: () => (calls.push('ask'), answer),
  })
  return { clock, calls, recovery }
}

const crash = new ProcessingError('STREAMS_PROCESSING_FAILED', 'A mapper failed.', { facts: {} })

t.test('the transaction is aborted, and after a pause all tasks begin again', async (t) => {
  const { clock, calls, recovery } = open('replace-thread')
  t.equal(recovery.isPausing, false)
  await recovery.recover(crash)
  t.same(calls, ['ask', 'abort', 'begin again, known'])
  t.same([recovery.isPausing, recovery.resumeMs - clock.monotonic()], [true, 100])
  clock.advance(100)
  t.equal(recovery.isPausing, false)
})

t.test('another answer, and an error that is not of user code, end the thread', async (t) => {
  const ended = open('shutdown-client')
  await t.rejects(ended.recovery.recover(crash), crash)
  t.same(ended.calls, ['ask'])
  const other = open('replace-thread')
  await t.rejects(other.recovery.recover(new Error('The coordinator is gone.')), { message: 'The coordinator is gone.' })
  t.same(other.calls, [], 'the application is asked when the thread has ended')
})
