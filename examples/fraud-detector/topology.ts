import { Serdes, StreamsBuilder, Suppressed, TimeWindows, topic } from 'millrace'
import type { Topology } from 'millrace'

export interface Payment {
  readonly cents: number
  readonly country: string
}
export interface Card {
  readonly owner: string
  readonly limitCents: number
}
interface Minute {
  readonly cents: number
  readonly countries: readonly string[]
}

export const payments = topic('payments', { key: Serdes.string, value: Serdes.json<Payment>() })
export const cards = topic('cards', { key: Serdes.string, value: Serdes.json<Card>() })
export const alerts = topic('alerts', { key: Serdes.string, value: Serdes.string })

const windows = TimeWindows.of({ sizeMs: 60_000, graceMs: 5_000 })

/** One alert for a minute in which a card was used in two countries, or for more than its limit. Keys are card numbers. */
export function fraudDetector(): Topology {
  const builder = new StreamsBuilder()
  builder
    .stream(payments)
    .groupByKey({ name: 'by-card' })
    .windowedBy(windows)
    .aggregate((): Minute => ({ cents: 0, countries: [] }), withPayment, { store: 'minutes', value: Serdes.json<Minute>() })
    .suppress(Suppressed.untilWindowCloses({ maxBytes: 50 << 20 }), { name: 'closed-minutes' })
    .toStream()
    .map((minute, { key, startMs }) => ({ key, value: { ...minute, at: new Date(startMs).toISOString() } }))
    .join(builder.table(cards, { store: 'cards' }), (minute, card) => reasonsFor(minute, card), {
      key: Serdes.string,
      value: Serdes.json<Minute & { readonly at: string }>(),
      name: 'with-card',
    })
    .filter((reasons) => reasons !== '')
    .to(alerts)
  return builder.build()
}

function withPayment({ cents, countries }: Minute, payment: Payment): Minute {
  const others = countries.filter((country) => country !== payment.country)
  return { cents: cents + payment.cents, countries: [...others, payment.country] }
}

function reasonsFor(minute: Minute & { readonly at: string }, { owner, limitCents }: Card): string {
  const reasons = [
    ...(minute.countries.length > 1 ? [`used in ${minute.countries.join(' and ')}`] : []),
    ...(minute.cents > limitCents ? [`${minute.cents} cents, the limit is ${limitCents}`] : []),
  ]
  return reasons.length === 0 ? '' : `card of ${owner}, minute ${minute.at}: ${reasons.join('; ')}`
}
