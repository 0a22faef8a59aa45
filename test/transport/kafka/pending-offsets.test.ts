import t from 'tap'
import { ManualClock } from '../../../lib/clock/manual-clock.ts'
import { EmbeddedTransactionLink } from '../../../lib/transport/embedded/embedded-transaction-link.ts'
import { TransactionSession } from '../../../lib/transport/transaction-session.ts'
import { fakeCluster } from './fake-cluster.ts'

const at = { topic: 'events', partition: 0 }
const groupId = 'g'
const producerOptions = { requestTimeoutMs: 1000, deliveryTimeoutMs: 1000, compression: 'none' } as const
const outsider = { groupId, generationId: -1, memberId: '', groupInstanceId: null }

/** Lets time pass until the promise settles. */
async function inTime<T>(clock: ManualClock, promise: Promise<T>): Promise<T> {
  let isOver = false
  const over = (): void => void (isOver = true)
  promise.then(over, over)
  while (!isOver) {
    await new Promise(setImmediate)
    clock.advance(50)
  }
  return promise
}

t.test('The log names the partitions whose offsets are pending in a transaction that does not end', async (t) => {
  const clock = new ManualClock(0)
  const { cluster, embedded } = fakeCluster(undefined, clock, 60_000)
  embedded.createTopics([{ name: at.topic, partitions: 1 }])
  const link = new EmbeddedTransactionLink(embedded, { ...producerOptions, transactionalId: 't', transactionTimeoutMs: 900_000 })
  const session = new TransactionSession(link)
  await session.init()
  session.begin()
  await session.sendOffsets([{ ...at, offset: 7, leaderEpoch: -1, metadata: '' }], outsider)

  const told: string[] = []
  const admin = await inTime(clock, cluster.admin({ clientId: 'a', log: { warn: (message) => void told.push(message) } }))
  const asked = admin.committedOffsets(groupId, [at], 'stable')
  await t.rejects(inTime(clock, asked), { code: 'TRANSPORT_UNSTABLE_OFFSET_COMMIT' })
  t.match(told[0], /Offsets of group g in events-0 have been pending for 15 s in a transaction that has not ended/)
  t.match(told[0], /describe-producers/)

  const again = admin.committedOffsets(groupId, [at], 'stable')
  told.length = 0
  await session.end('commit')
  t.match(await inTime(clock, again), [{ ...at, offset: 7 }])
  t.same(told, [], 'a transaction that ends in time is not told')
  await admin.close()
})
