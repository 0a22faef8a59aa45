import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import t from 'tap'
import { Serdes, topic } from 'millrace'
import type { WindowStore, KeyValueStore } from 'millrace'
import { TopologyTestDriver } from 'millrace/testing'
import { analyticsStores, analyticsTopology } from '../../examples/transfer-pipeline/topologies/analytics.ts'
import type { AlertLimits } from '../../examples/transfer-pipeline/topologies/analytics.ts'
import { hourKey } from '../../examples/transfer-pipeline/topologies/hours.ts'
import type { Sent } from '../../examples/transfer-pipeline/topologies/hours.ts'
import { transferAlerts, transferTotals, transfers } from '../../examples/transfer-pipeline/topics.ts'

const at = (time: string): number => Date.parse(`2026-11-22T${time}Z`)
const [ten, eleven] = [at('10:00:00'), at('11:00:00')]

interface Made {
  readonly id: number
  readonly from?: number
  readonly amount?: string
  readonly status?: 'PENDING' | 'COMPLETED'
  readonly time: string | number
}

function openAnalytics(limits?: Partial<AlertLimits>) {
  const driver = new TopologyTestDriver(analyticsTopology(limits))
  const input = driver.createInputTopic(transfers)
  const gone = driver.createInputTopic(topic(transfers.name, { key: Serdes.string, value: Serdes.void }))
  const finals = driver.createOutputTopic(transferTotals)
  const alerts = driver.createOutputTopic(transferAlerts)
  const make = ({ id, from = 1, amount = '10.00', status = 'PENDING', time }: Made): void => {
    const createdAt = typeof time === 'number' ? time : at(time)
    const value = { id, fromUserId: from, toUserId: 99, amount, status, createdAt, lastUpdatedAt: createdAt }
    input.pipeInput({ key: String(id), value, timestamp: createdAt })
  }
  const remove = (id: number): void => gone.pipeInput({ key: String(id), value: null })
  const sent = driver.stateStore(analyticsStores.firstSeen) as WindowStore<string, { readonly value: Sent }>
  const corrected = driver.stateStore(analyticsStores.corrected) as KeyValueStore<string, { readonly value: Sent }>
  return {
    driver,
    make,
    remove,
    finals: () => finals.readRecords().map(({ key, value }) => [key, value!.sentCount, value!.sentTotal, value!.final]),
    alerts: () => alerts.readRecords().map(({ value }) => value!),
    live: (user: number, startMs: number) => sent.fetchOne(String(user), startMs)?.value,
    corrected: (user: number, startMs: number) => corrected.get(hourKey(user, startMs))?.value,
    dropped: () =>
      driver
        .metrics()
        .filter(({ name }) => name === 'dropped-records')
        .reduce((sum, metric) => sum + Number(metric.value()), 0),
  }
}

/** User 1 sends twice within an hour, and once as the next one begins. */
const threeOfUser1: readonly Made[] = [
  { id: 1, time: '10:00:05' },
  { id: 2, amount: '5.50', time: '10:59:59.999' },
  { id: 3, amount: '1.00', time: '11:00:00' },
]

t.test('N1: an hour is told once, when its grace is over; the next one is live meanwhile', async (t) => {
  const { driver, make, finals, live } = openAnalytics()
  using _ = driver
  threeOfUser1.forEach(make)
  make({ id: 4, from: 2, time: '11:09:59.999' })
  t.same(finals(), [], 'the grace is not over')
  make({ id: 5, from: 2, time: '11:10:00' })
  t.same(finals(), [[`1@${ten}`, 2, '15.50', true]])
  t.same(live(1, eleven), { count: 1, total: '1.00' })
  make({ id: 6, from: 2, time: '11:10:01' })
  t.same(finals(), [], 'once')
})

t.test('N2: a transfer that comes late counts within the grace, and is dropped and counted behind it', async (t) => {
  const late = (time: string) => {
    const { driver, make, live, dropped } = openAnalytics()
    using _ = driver
    threeOfUser1.forEach(make)
    make({ id: 4, from: 2, time })
    const before = dropped()
    make({ id: 5, time: '10:30:00' })
    return { hour: live(1, ten), dropped: dropped() - before }
  }
  const [within, behind] = [late('11:09:59.999'), late('11:10:00.000')]
  t.same(within.hour, { count: 3, total: '25.50' })
  t.same(behind.hour, { count: 2, total: '15.50' })
  // The minute, which looks for much money, is forgotten in both.
  t.same([within.dropped, behind.dropped], [1, 1 + 1])
})

t.test('N3: five transfers within a minute are one alert; a minute and a millisecond are none', async (t) => {
  const limits = { velocity: { transfers: 5, windowMs: 60_000 } }
  for (const [seconds, expected] of [
    [[0, 10, 20, 30, 40], 1],
    [[0, 20, 40, 60, 61], 0],
    [[0, 15, 30, 45, 60], 1],
    [[0, 15, 30, 45, 60.001], 0],
    [[40, 30, 20, 10, 0], 1],
    [[0, 10, 20, 30, 40, 45, 50, 55], 1],
  ] as const) {
    const { driver, make, alerts } = openAnalytics(limits)
    using _ = driver
    seconds.forEach((second, index) => make({ id: index + 1, from: 2, time: ten + second * 1000 }))
    const told = alerts()
    t.equal(told.length, expected, String(seconds))
    for (const { userId, rule, observed, threshold, transferIds } of told) {
      t.same({ userId, rule, observed, threshold }, { userId: 2, rule: 'VELOCITY', observed: '5', threshold: '5' })
      t.same([...transferIds].toSorted(), [1, 2, 3, 4, 5])
    }
  }
})

t.test('N3: a burst that goes on is one alert a minute, and no transfer is in two', async (t) => {
  const { driver, make, alerts } = openAnalytics({ velocity: { transfers: 5, windowMs: 60_000 } })
  using _ = driver
  for (let second = 0; second < 240; second++) make({ id: second + 1, amount: '1.00', time: ten + second * 1000 })
  const told = alerts()
  t.equal(told.length, 4)
  const ids = told.flatMap(({ transferIds }) => transferIds)
  t.equal(new Set(ids).size, ids.length)
})

t.test('N3: more than 10,000.00 within ten minutes is one alert, and a later burst another', async (t) => {
  const { driver, make, alerts } = openAnalytics()
  using _ = driver
  make({ id: 1, amount: '6000.00', time: '10:00:30' })
  make({ id: 2, amount: '4000.00', time: '10:05:00' })
  t.same(alerts(), [], 'not more than the limit')
  make({ id: 3, amount: '0.01', time: '10:09:00' })
  make({ id: 4, amount: '9000.00', time: '10:09:30' })
  t.match(alerts(), [{ userId: 1, rule: 'AMOUNT', observed: '10000.01', threshold: '10000.00', transferIds: [1, 2, 3] }])
  make({ id: 5, amount: '20000.00', time: '10:45:00' })
  t.match(alerts(), [{ rule: 'AMOUNT', observed: '20000.00', transferIds: [5] }])
})

const [minute, tenMinutes] = [60_000, 600_000]

/** The alerts as one would tell them by hand: for each transfer all ten minutes that it is in are added up again. */
function muchMoneyByHand(sent: readonly { id: number; cents: number; time: number }[], limitCents: number) {
  const told: { windowStart: number; observed: number; transferIds: readonly number[] }[] = []
  sent.forEach((last, index) => {
    for (let start = Math.floor(last.time / minute) * minute - tenMinutes + minute; start <= last.time; start += minute) {
      const within = sent.slice(0, index + 1).filter(({ time }) => time >= start && time < start + tenMinutes)
      const observed = within.reduce((sum, { cents }) => sum + cents, 0)
      const isNew = observed > limitCents && observed - last.cents <= limitCents
      if (!isNew || told.some(({ windowStart }) => Math.abs(windowStart - start) < tenMinutes)) continue
      told.push({ windowStart: start, observed, transferIds: within.map(({ id }) => id).toSorted((left, right) => left - right) })
    }
  })
  return told
}

t.test('N3: much money is told as if all ten minutes were added up for each transfer, late ones among them', (t) => {
  const amounts = fc.array(
    fc.record({ cents: fc.integer({ min: 1, max: 900 }), afterMs: fc.integer({ min: -minute, max: 3 * minute }) }),
  )
  const property = fc.property(amounts, (steps) => {
    const { driver, make, alerts } = openAnalytics({ amount: '20.00', velocity: { transfers: 1000, windowMs: 1 } })
    using _ = driver
    let newest = ten
    const sent = steps.map(({ cents, afterMs }, index) => {
      const time = newest + afterMs
      newest = Math.max(newest, time)
      return { id: index + 1, cents, time }
    })
    for (const { id, cents, time } of sent) make({ id, amount: (cents / 100).toFixed(2), time })
    const told = alerts().map(({ windowStart, observed, transferIds }) => {
      const ids = transferIds.toSorted((left, right) => left - right)
      return { windowStart, observed: Math.round(Number(observed) * 100), transferIds: ids }
    })
    return isDeepStrictEqual(told, muchMoneyByHand(sent, 2000))
  })
  fc.assert(property, { numRuns: 25 })
  t.end()
})

t.test('N4: first-seen totals stay when a transfer is amended and deleted; corrections follow', async (t) => {
  const { driver, make, remove, live, corrected } = openAnalytics()
  using _ = driver
  make({ id: 1, time: '10:00:05' })
  t.same(corrected(1, ten), { count: 1, total: '10.00' })
  make({ id: 1, amount: '12.00', time: '10:00:05' })
  t.same(corrected(1, ten), { count: 1, total: '12.00' })
  make({ id: 1, amount: '12.00', status: 'COMPLETED', time: '10:00:05' })
  t.same(corrected(1, ten), { count: 1, total: '12.00' })
  remove(1)
  t.same(corrected(1, ten), { count: 0, total: '0.00' })
  t.same(live(1, ten), { count: 1, total: '10.00' })
})
