import t from 'tap'
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
  const restores = loggedRestores(listener, { ...silentLogger, info: (message, facts) => logged.push(message, facts) })
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
