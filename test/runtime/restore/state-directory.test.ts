import t from 'tap'
import { seededChance } from '../../../lib/clock/chance.ts'
import { positionWrite } from '../../../lib/runtime/restore/store-positions.ts'
import { StateDirectory } from '../../../lib/runtime/restore/state-directory.ts'
import { MemoryStorageFactory } from '../../../lib/storage/memory/memory-storage.ts'
import { media } from '../../storage/media.ts'

const task = { subtopology: 0, partition: 1 }

t.test('on disk it keeps who the process is, and how far the state of closed tasks goes', async (t) => {
  const factory = await media['LMDB']!(t)
  const first = new StateDirectory(factory, 'app', seededChance(1))
  const storage = first.openTask(task)
  const offsets = [['a', 10], ['b', 5]] as const // prettier-ignore
  storage.transact(offsets.map(([topic, offset]) => positionWrite(storage, { topic, partition: 1 }, offset)))
  t.same([...first.closedTaskSums], [])
  first.closeTask(task, storage)
  t.same([...first.closedTaskSums], [['0_1', 15]])
  await first.close()
  const second = new StateDirectory(factory, 'app', seededChance(2))
  t.equal(second.processId, first.processId)
  t.same([...second.closedTaskSums], [['0_1', 15]])
  second.destroyTask(task)
  t.same([...second.closedTaskSums], [])
  await second.close()
})

t.test('one process at a time has it', async (t) => {
  const factory = new MemoryStorageFactory()
  const first = new StateDirectory(factory, 'app', seededChance(1))
  t.throws(() => new StateDirectory(factory, 'app', seededChance(2)), { code: 'STREAMS_STORAGE_LOCKED' })
  await first.close()
  await new StateDirectory(factory, 'app', seededChance(2)).close()
})
