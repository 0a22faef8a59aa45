import { test } from 'tap'
import { balances, batchOf, emptyState, openStore, proofOf, recordedFeed, transferRecord, users } from './feed-makers.ts'
import type { BalanceRecord, UserRecord } from '../../../app/contracts/feed.ts'

const one = batchOf([transferRecord({ id: 1, o: 0 })])
const two = batchOf([transferRecord({ id: 2, o: 1 })])
const three = batchOf([transferRecord({ id: 3, o: 2 })])

test('a dropped batch is a gap: nothing after it is taken, until it comes', async (t) => {
  const { store } = openStore()
  t.equal(store.addBatch(one, 'v1'), 'applied')
  t.equal(store.addBatch(three, 'v3'), 'gap')
  t.same([...store.ids.ids()], [1])
  t.equal(store.vector, 'v1', 'the feed goes on where the gap began')
  t.equal(store.faults.gaps, 1)
  store.addBatch(two, 'v2')
  store.addBatch(three, 'v3')
  t.same([...store.ids.ids()], [1, 2, 3])
  t.same(store.faults, { gaps: 1, repeats: 0, offsetsTwice: 0, miscounted: 0 })
})

test('the first batch after a state may be missing, too', async (t) => {
  const { store } = openStore()
  t.equal(store.addBatch(two, 'v2'), 'gap')
})

test('a missing batch is told by the next one, although no partition of it tells', async (t) => {
  const { store } = openStore(emptyState({ vector: 'e:0,0' }))
  t.equal(store.addBatch(batchOf([transferRecord({ id: 2, o: 0, p: 1 })]), 'e:1,1'), 'gap')
  t.equal(store.vector, 'e:0,0')
  t.equal(store.addBatch(one, 'e:1,0'), 'applied')
  t.equal(store.addBatch(batchOf([transferRecord({ id: 2, o: 0, p: 1 })]), 'e:1,1'), 'applied')
})

test('a batch of long ago that comes again does not take the feed back', async (t) => {
  const { store } = openStore(emptyState({ vector: 'e:0,0' }))
  store.addBatch(one, 'e:1,0')
  store.addBatch(two, 'e:2,0')
  store.addBatch(one, 'e:1,0')
  t.equal(store.vector, 'e:2,0')
  t.equal(store.faults.repeats, 1)
})

test('a state that is loaded again takes the place of the newest records, too', async (t) => {
  const { store } = openStore()
  store.addBatch(one, 'v1')
  for (const event of recordedFeed()) if (event.event === 'hops') store.addHops(event.data)
  t.ok(store.excerptAt('enriched'))
  store.load(emptyState())
  t.equal(store.newest, null)
  t.equal(store.excerptAt('enriched'), undefined)
})

test('a repeated batch is counted and skipped', async (t) => {
  const { store } = openStore()
  store.addBatch(one, 'v1')
  t.equal(store.addBatch(one, 'v1'), 'applied')
  t.same(store.faults, { gaps: 0, repeats: 1, offsetsTwice: 1, miscounted: 0 })
  t.equal(store.received, 1)
  t.equal(store.repeated, 0, 'the same offset is no repeated record')
  t.equal(store.twice, 1)
})

test('a batch that overlaps gives what is new', async (t) => {
  const { store } = openStore()
  store.addBatch(one, 'v1')
  store.addBatch(batchOf([transferRecord({ id: 1, o: 0 }), transferRecord({ id: 2, o: 1 })]), 'v2')
  t.same([...store.ids.ids()], [1, 2])
  t.equal(store.faults.offsetsTwice, 1)
})

test('a batch that does not hold what its ranges say is told', async (t) => {
  const { store } = openStore()
  store.addBatch({ ...one, ranges: [{ ...one.ranges[0]!, to: 3, holes: 1 }] }, 'v')
  t.equal(store.faults.miscounted, 1)
})

test('the same change at a new offset is a repeated record, and no loss or double', async (t) => {
  const { store } = openStore()
  store.addBatch(batchOf([transferRecord({ id: 1, o: 0, cause: 'bank.transfers:7' })]), 'v1')
  store.addBatch(batchOf([transferRecord({ id: 1, o: 1, cause: 'bank.transfers:7' })]), 'v2')
  t.equal(store.repeated, 1)
  t.equal(store.twice, 0)
})

test('acknowledged and unseen for 10 s is missing; the clock stands still while the child is down', async (t) => {
  const { store, time } = openStore()
  store.addProof(proofOf(0, [['k1', 1, 0]]))
  t.equal(store.acks.onTheWay, 1)
  time.ms += 6_000
  store.setSystem({ ...store.system!, at: time.ms, phase: 'killed' })
  time.ms += 60_000
  t.equal(store.missing, 0)
  store.setSystem({ ...store.system!, at: time.ms, phase: 'running' })
  time.ms += 4_000
  t.equal(store.missing, 0)
  time.ms += 1
  t.equal(store.missing, 1)
  store.addBatch(one, 'v1')
  t.equal(store.missing, 0)
  t.equal(store.acks.onTheWay, 0)
})

test('a key with two ids is told, however often a key comes again with its own', async (t) => {
  const { store } = openStore()
  store.addProof(proofOf(0, [['k1', 1, 0], ['k1', 1, 0]])) // prettier-ignore
  t.equal(store.twice, 0)
  store.addProof(proofOf(2, [['k1', 2, 0]]))
  t.equal(store.twice, 1)
})

test('entries that come again after a reconnection are not counted again', async (t) => {
  const { store } = openStore()
  store.addProof(proofOf(0, [['k1', 1, 0], ['k2', 2, 0]])) // prettier-ignore
  store.addProof(proofOf(1, [['k2', 2, 0], ['k3', 3, 0]])) // prettier-ignore
  t.equal(store.acks.to, 3)
  t.equal(store.acks.onTheWay, 3)
})

test('a tombstone takes the row away, and its id stays known', async (t) => {
  const { store } = openStore()
  store.addBatch(one, 'v1')
  store.addBatch(batchOf([transferRecord({ id: 1, o: 1, isDeleted: true })]), 'v2')
  t.same(store.transfers.ids, [])
  t.equal(store.ids.live, 0)
  t.ok(store.ids.has(1))
})

test('a rename counts the rows with the user, and others', async (t) => {
  const { store } = openStore()
  const cause = 'bank.users:9'
  const rows = [
    transferRecord({ id: 1, o: 0, cause, users: [1, 2] }),
    transferRecord({ id: 2, o: 1, cause, users: [2, 3] }),
    transferRecord({ id: 3, o: 2, cause, users: [1, 3] }),
  ]
  store.addBatch(batchOf(rows), 'v')
  t.same(store.emissions.of(cause, 2), { mine: 2, others: 1 })
  t.same(store.emissions.of('bank.users:8', 2), { mine: 0, others: 0 })
})

test('the sum of balances is kept exactly, and remembers when it was 0', async (t) => {
  const { store, time } = openStore()
  const balance = (o: number, userId: number, text: string): BalanceRecord => ({
    ...transferRecord({ id: userId, o }),
    kind: 'balance',
    topic: balances,
    value: { userId, balance: text },
  })
  store.addBatch(batchOf([balance(0, 1, '-9999999999999999.99'), balance(1, 2, '9999999999999999.99')]), 'v1')
  const zeroAt = time.ms
  t.same(store.balances.sum, { now: '0.00', zeroAt, isZero: true })
  time.ms += 5
  store.addBatch(batchOf([balance(2, 1, '-9999999999999989.99')]), 'v2')
  t.same(store.balances.sum, { now: '10.00', zeroAt, isZero: false })
})

test('users come by their own topic', async (t) => {
  const { store } = openStore()
  const value = { id: 2, name: 'Bruno', createdAt: '', lastUpdatedAt: '' }
  const user: UserRecord = { ...transferRecord({ id: 2, o: 0 }), kind: 'user', topic: users, value }
  store.addBatch(batchOf([user]), 'v')
  t.equal(store.users.get(2)?.value?.name, 'Bruno')
})

test('a state takes the place of everything before', async (t) => {
  const { store } = openStore()
  store.addBatch(one, 'v1')
  store.load(emptyState({ transferIds: [[5, 7]] }))
  t.same([...store.ids.ids()], [5, 6, 7])
  t.same(store.transfers.ids, [])
  t.equal(store.vector, 'start')
})

test('the recorded feed goes through without a fault, and nothing is missing', async (t) => {
  const [first, ...rest] = recordedFeed()
  const { store, time } = openStore(first!.event === 'state' ? first!.data : undefined)
  for (const event of rest) {
    time.ms = 1_000 + event.atMs
    if (event.event === 'batch') t.equal(store.addBatch(event.data, event.id!), 'applied')
    if (event.event === 'proof') store.addProof(event.data)
    if (event.event === 'hops') store.addHops(event.data)
    if (event.event === 'trace') store.addTrace(event.data)
    if (event.event === 'system') store.setSystem({ ...event.data, at: time.ms })
  }
  time.ms += 20_000
  t.same(store.faults, { gaps: 0, repeats: 0, offsetsTwice: 0, miscounted: 0 })
  t.equal(store.missing, 0)
  t.equal(store.twice, 0)
  t.equal(store.ids.count, store.acks.to)
})
