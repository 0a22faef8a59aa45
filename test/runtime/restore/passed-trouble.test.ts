import t from 'tap'
import { ManualClock } from '../../../lib/clock/manual-clock.ts'
import { TransportError } from '../../../lib/model/errors.ts'
import type { TopicPartition } from '../../../lib/model/topic-partition.ts'
import { silentLogger } from '../../../lib/runtime/logger.ts'
import type { Changelog } from '../../../lib/runtime/restore/changelog.ts'
import { ChangelogReader } from '../../../lib/runtime/restore/changelog-reader.ts'
import type { Admin } from '../../../lib/transport/admin.ts'
import { EmbeddedCluster } from '../../../lib/transport/embedded/embedded-cluster.ts'
import { settle } from '../simulated-time.ts'

const hiccup = () => new TransportError('TRANSPORT_NETWORK_EXCEPTION', 'retriable', 'A hiccup of this test.')

/** A reader of empty changelogs, whose next questions fail as often as the test says. */
async function open() {
  const clock = new ManualClock(0)
  const cluster = new EmbeddedCluster({ clock })
  const listOffsets = async (partitions: readonly TopicPartition[]) => {
    if (failures.left-- > 0) throw hiccup()
    return partitions.map((each) => ({ ...each, offset: 0 }))
  }
  const real = await cluster.admin({ clientId: 'test' })
  const failures = { left: 0 }
  const reader = new ChangelogReader({
    clock,
    logger: silentLogger,
    listener: {},
    retryBackoffMs: 0,
    taskTimeoutMs: 300_000,
    limits: { maxWaitMs: 0, minBytes: 1, maxBytes: 1, maxBytesPerPartition: 1, isolationLevel: 'read_uncommitted' },
    openFetcher: async () => ({ fetch: async () => [], heldBytes: 0, close: async () => undefined }),
    admin: Object.assign(Object.create(real) as Admin, { listOffsets, metadata: async () => [] }),
  })
  const register = (partition: number): void => {
    const changelog: Partial<Changelog> = { partition: { topic: 'c', partition }, storeName: 's', taskId: { subtopology: 0, partition }, start: 0, records: 'all' } // prettier-ignore
    reader.register(changelog as Changelog)
  }
  const step = async () => {
    const restored = reader.restoreOnce()
    await settle()
    clock.advance(1)
    return restored
  }
  return { clock, failures, register, step }
}

t.test('trouble is over with the step that goes through, also where there is nothing to read', async (t) => {
  const { clock, failures, register, step } = await open()
  failures.left = 1
  register(0)
  t.equal((await step()).length, 0, 'endured')
  t.equal((await step()).length, 1)
  clock.advance(600_000)
  failures.left = 1
  register(1)
  t.equal((await step()).length, 0, 'endured, ten minutes later')
  t.equal((await step()).length, 1)
})
