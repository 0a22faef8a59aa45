import t from 'tap'
import type { Test } from 'tap'
import { seededChance } from '../../../lib/clock/chance.ts'
import { ManualClock } from '../../../lib/clock/manual-clock.ts'
import { parseTaskId } from '../../../lib/model/task-id.ts'
import { silentLogger } from '../../../lib/runtime/logger.ts'
import { StateCleaner } from '../../../lib/runtime/restore/state-cleaner.ts'
import { StateDirectory } from '../../../lib/runtime/restore/state-directory.ts'
import { positionWrite } from '../../../lib/runtime/restore/store-positions.ts'
import { openLmdbStorage } from '../../../lib/storage/lmdb/open-lmdb-storage.ts'
import { directory as directoryOf } from '../../storage/media.ts'

const delayMs = 600_000

/** A state directory with two tasks that are closed, and a third one without any store. */
async function open(t: Test) {
  const factory = await openLmdbStorage(directoryOf(t))
  const directory = new StateDirectory(factory, 'app', seededChance(1))
  const use = (id: string): void => {
    const task = parseTaskId(id)
    const storage = directory.openTask(task)
    const position = { offset: 5, sinceMs: 0, topicId: undefined }
    if (id !== '0_2') storage.transact([positionWrite(storage, { topic: 'log', partition: task.partition }, position)])
    directory.closeTask(task, storage)
  }
  for (const id of ['0_0', '0_1', '0_2']) use(id)
  const clock = new ManualClock()
  const said: string[] = []
  const logger = { ...silentLogger, info: (message: string) => void said.push(message) }
  const application = { isRunning: true }
  const cleaner = new StateCleaner({ directory, clock, logger, delayMs, isRunning: () => application.isRunning })
  t.teardown(async () => {
    cleaner[Symbol.dispose]()
    await directory.close()
  })
  const stored = (): readonly string[] => factory.list('app/').filter((name) => name !== 'app/process')
  return { directory, clock, said, application, cleaner, use, stored }
}

t.test('the state of tasks that do not come back is removed, and that is said', async (t) => {
  const { clock, said, stored, directory } = await open(t)
  clock.advance(delayMs)
  t.strictSame(stored(), ['app/0_0', 'app/0_1', 'app/0_2'], 'it has not lain there long enough')
  clock.advance(delayMs)
  t.strictSame(stored(), [])
  t.strictSame([...directory.closedTaskSums], [])
  t.match(said, [/task 0_0 is removed/, /task 0_1/, /task 0_2/])
})

t.test('a task that runs, or has run since, keeps its state', async (t) => {
  const { directory, clock, use, stored } = await open(t)
  const task = parseTaskId('0_0')
  const storage = directory.openTask(task)
  clock.advance(delayMs + 1)
  use('0_1')
  clock.advance(delayMs)
  t.strictSame(stored(), ['app/0_0', 'app/0_1'])
  directory.closeTask(task, storage)
})

t.test('while the application does not run nothing is removed, and no time is counted', async (t) => {
  const { application, clock, stored } = await open(t)
  clock.advance(delayMs)
  application.isRunning = false
  clock.advance(10 * delayMs)
  application.isRunning = true
  clock.advance(delayMs)
  t.equal(stored().length, 3)
  clock.advance(delayMs)
  t.equal(stored().length, 0)
})

t.test('a cleaner that is closed has no timer', async (t) => {
  const { clock, cleaner, stored } = await open(t)
  cleaner[Symbol.dispose]()
  clock.advance(10 * delayMs)
  t.equal(stored().length, 3)
})
