import t, { type Test } from 'tap'
import { ManualClock } from '../../../lib/clock/manual-clock.ts'
import { noHeaders } from '../../../lib/model/headers.ts'
import { silentLogger } from '../../../lib/runtime/logger.ts'
import type { Changelog } from '../../../lib/runtime/restore/changelog.ts'
import { ChangelogReader } from '../../../lib/runtime/restore/changelog-reader.ts'
import { EmbeddedCluster } from '../../../lib/transport/embedded/embedded-cluster.ts'
import type { Fetcher } from '../../../lib/transport/fetcher.ts'
import { noProducer, RecordBatchBuilder } from '../../../lib/transport/record-batch/record-batch-builder.ts'
import { settle } from '../simulated-time.ts'

const partition = { topic: 'log', partition: 0 }

/** A changelog of one record, and a reader that counts its fetches. */
async function open(t: Test, gate?: { isOpen(): boolean }) {
  const clock = new ManualClock(0)
  const cluster = new EmbeddedCluster({ clock })
  t.teardown(() => cluster.close())
  const admin = await cluster.admin({ clientId: 'test' })
  await admin.createTopics([{ name: partition.topic, partitions: 1, config: { 'retention.ms': '-1' } }])
  const batch = new RecordBatchBuilder()
  batch.append(Buffer.from('key'), Buffer.alloc(1000), 1, noHeaders)
  cluster.broker.append(partition, batch.seal(noProducer))
  const seen = { fetches: 0, relieved: 0, applied: 0, heldBytes: 0 }
  const real = await cluster.fetcher({ clientId: 'restore' })
  const fetcher: Fetcher = {
    fetch: (...args) => {
      seen.fetches++
      return real.fetch(...args)
    },
    heldBytes: 0,
    close: () => real.close(),
  }
  const reader = new ChangelogReader({
    openFetcher: async () => fetcher,
    admin,
    clock,
    gate,
    logger: silentLogger,
    listener: {},
    limits: { maxWaitMs: 0, minBytes: 1, maxBytes: 100_000, maxBytesPerPartition: 100_000, isolationLevel: 'read_uncommitted' },
    retryBackoffMs: 100,
    taskTimeoutMs: 300,
  })
  t.teardown(() => reader.close())
  const changelog: Changelog = {
    partition,
    storeName: 'store',
    taskId: { subtopology: 0, partition: 0 },
    start: 'earliest',
    relieve: () => void seen.relieved++,
    apply: (records, nextOffset) => {
      seen.applied += records.length
      seen.heldBytes = reader.heldBytes
      return nextOffset
    },
  }
  reader.register(changelog)
  return { clock, reader, seen }
}

t.test('while the application holds too much, restores store what they have, and wait; no fetch is sent', async (t) => {
  let isOpen = false
  const { clock, reader, seen } = await open(t, { isOpen: () => isOpen })
  const step = reader.restoreOnce()
  await settle()
  clock.advance(100)
  t.same(await step, [])
  t.match(seen, { fetches: 0, relieved: 1, applied: 0 })
  isOpen = true
  t.equal((await reader.restoreOnce()).length, 1)
  t.match(seen, { fetches: 1, relieved: 1, applied: 1 })
})

t.test('what storing frees lets the restore go on at once', async (t) => {
  const { reader, seen } = await open(t, { isOpen: () => seen.relieved > 0 })
  t.equal((await reader.restoreOnce()).length, 1)
  t.match(seen, { fetches: 1, relieved: 1, applied: 1 })
})

t.test('fetched bytes count while their records are being applied', async (t) => {
  const { reader, seen } = await open(t)
  await reader.restoreOnce()
  t.ok(seen.heldBytes >= 1000, `${seen.heldBytes} bytes`)
  t.equal(reader.heldBytes, 0)
})
