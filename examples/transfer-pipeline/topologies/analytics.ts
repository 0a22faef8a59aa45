import { Serdes, StreamsBuilder, Suppressed, TimeWindows } from 'millrace'
import type { KStream, KTable, Topology } from 'millrace'
import { AlertOnce, alertsStore } from '../processors/alert-once.ts'
import { FinalHours, finalHoursStore } from '../processors/final-hours.ts'
import { FirstSeen, firstSeenStore } from '../processors/first-seen.ts'
import { MuchMoney, minutesStore } from '../processors/much-money.ts'
import { Velocity, recentSendsStore } from '../processors/velocity.ts'
import type { VelocityLimit } from '../processors/velocity.ts'
import type { IngestionTransfer } from '../schemas/rows.ts'
import { transferAlerts, transferTotals, transfers } from '../topics.ts'
import { hourKey, hourMs, hourOf, keptMs, minuteMs } from './hours.ts'
import type { Sent } from './hours.ts'
import { minus, plus } from './money.ts'

export interface AlertLimits {
  readonly velocity: VelocityLimit
  /** More than this within ten minutes is an alert. */
  readonly amount: string
}

export const defaultAlertLimits: AlertLimits = { velocity: { transfers: 20, windowMs: 60_000 }, amount: '10000.00' }

/** Names of the stores, for queries. `firstSeen` and `final` are windows by user, `corrected` has the keys of {@link hourKey}. */
export const analyticsStores = {
  firstSeen: 'sent-1h',
  final: finalHoursStore.name,
  corrected: 'corrected-1h',
  alerts: alertsStore.name,
} as const

const nothing: Sent = { count: 0, total: '0.00' }
const sentSerdes = { key: Serdes.string, value: Serdes.json<Sent>() }

/**
 * What users send, hour by hour and in bursts.
 *
 * - Totals count each transfer once, when it is first seen, in the hour in which it was made. Ten minutes after its end an hour is closed.
 * - Corrections are the same sums over the transfers as they are now: an edit or a delete takes out what it has changed.
 * - Alerts tell of many transfers within a minute, and of much money within ten.
 *
 * One application has all of it, because it all comes from one table.
 */
export function analyticsTopology(limits: Partial<AlertLimits> = {}): Topology {
  const { velocity, amount } = { ...defaultAlertLimits, ...limits }
  const builder = new StreamsBuilder()
  for (const store of [firstSeenStore, finalHoursStore, recentSendsStore, minutesStore, alertsStore]) builder.addStateStore(store)
  const rows = builder.table(transfers, { store: 'rows' })
  const sent = firstSeen(rows)
  hourlyTotals(sent)
  const fast = sent.process(() => new Velocity(velocity), { name: 'velocity', stores: [recentSendsStore] })
  const much = sent.process(() => new MuchMoney(amount), { name: 'much-money', stores: [minutesStore] })
  fast
    .merge(much)
    .process(() => new AlertOnce(), { name: 'alert-once', stores: [alertsStore] })
    .to(transferAlerts)
  corrections(rows)
  return builder.build({ optimization: ['reuse.ktable.source.topics'] })
}

/** Each transfer once, by its sender, at the time at which it was made. */
function firstSeen(rows: KTable<string, IngestionTransfer>): KStream<string, IngestionTransfer> {
  return rows
    .toStream()
    .filter((transfer): transfer is IngestionTransfer => transfer !== null)
    .process(() => new FirstSeen(), { name: 'first-seen', stores: [firstSeenStore] })
    .repartition({ name: 'by-sender', key: Serdes.string, value: transfers.value })
}

function hourlyTotals(sent: KStream<string, IngestionTransfer>): void {
  sent
    .groupByKey()
    .windowedBy(TimeWindows.of({ sizeMs: hourMs, graceMs: 10 * minuteMs }))
    .aggregate(() => nothing, add, { store: { name: analyticsStores.firstSeen, retentionMs: keptMs }, ...sentSerdes })
    .suppress(Suppressed.untilWindowCloses())
    .toStream()
    .process(() => new FinalHours(), { name: 'final-hours', stores: [finalHoursStore] })
    .to(transferTotals)
}

function corrections(rows: KTable<string, IngestionTransfer>): void {
  rows
    .groupBy((transfer) => ({ key: hourKey(transfer.fromUserId, hourOf(transfer.createdAt)), value: transfer }), {
      name: 'by-hour',
      key: Serdes.string,
      value: transfers.value,
    })
    .aggregate(() => nothing, add, subtract, { store: analyticsStores.corrected, ...sentSerdes })
}

const add = ({ count, total }: Sent, { amount }: IngestionTransfer): Sent => ({ count: count + 1, total: plus(total, amount) })
const subtract = ({ count, total }: Sent, { amount }: IngestionTransfer): Sent => ({
  count: count - 1,
  total: minus(total, amount),
})
