import t from 'tap'
import { ManualClock } from '../../../lib/clock/manual-clock.ts'
import { silentLogger } from '../../../lib/runtime/logger.ts'
import { loggedRestores } from '../../../lib/runtime/restore/restore-log.ts'

const partition = { topic: 'app-counts-changelog', partition: 3 }

t.test('a restore is logged at its end, with the offset where it began; the listener hears all of it', async (t) => {
  const logged: unknown[] = []
  const heard: string[] = []
  const listener = {
    onRestoreStart: () => void heard.push('start'),
    onBatchRestored: () => void heard.push('batch'),
    onRestoreEnd: () => void heard.push('end'),
    onRestoreSuspended: () => void heard.push('suspended'),
  }
  const logger = { ...silentLogger, info: (message: string, facts: unknown) => logged.push(message, facts) }
  const restores = loggedRestores(listener, logger, new ManualClock())
  restores.onRestoreStart?.(partition, 'counts', 7, 20)
  restores.onBatchRestored?.(partition, 'counts', 10, 3)
  restores.onRestoreSuspended?.(partition, 'counts', 3)
  t.same(logged, [])
  restores.onRestoreStart?.(partition, 'counts', 10, 20)
  restores.onRestoreEnd?.(partition, 'counts', 9)
  t.same(heard, ['start', 'batch', 'suspended', 'start', 'end'])
  t.match(logged, [
    /^Store counts is restored: 9 records of .* from offset 10 on\.$/,
    { store: 'counts', start: 10, restored: 9 },
  ])
})

t.test('a long restore is logged every ten seconds, with how far it is', async (t) => {
  const logged: string[] = []
  const clock = new ManualClock()
  const restores = loggedRestores(undefined, { ...silentLogger, info: (message) => logged.push(message) }, clock)
  restores.onRestoreStart?.(partition, 'counts', 100, 300)
  clock.advance(9999)
  restores.onBatchRestored?.(partition, 'counts', 120, 20)
  t.same(logged, [])
  clock.advance(1)
  restores.onBatchRestored?.(partition, 'counts', 150, 30)
  restores.onBatchRestored?.(partition, 'counts', 200, 50)
  t.same(logged, ['Store counts is being restored: at offset 150 of 300 of app-counts-changelog-3, 25 % are done.'])
  clock.advance(10_000)
  restores.onBatchRestored?.(partition, 'counts', 200, 50)
  t.match(logged[1], /offset 200 of 300/)
})
