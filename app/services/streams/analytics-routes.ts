import type { KafkaStreams, QueryableKeyValueStore, QueryableWindowStore } from 'millrace'
import { analyticsStores } from '../../../examples/transfer-pipeline/topologies/analytics.ts'
import { hourKey, hourMs, keptMs } from '../../../examples/transfer-pipeline/topologies/hours.ts'
import type { Sent } from '../../../examples/transfer-pipeline/topologies/hours.ts'
import type { TransferAlert } from '../../../examples/transfer-pipeline/topics.ts'
import type { HourTotals, Newest, SentTotals } from '../../contracts/analytics.ts'
import type { Http } from '../../platform/http/open-http.ts'
import { whenRunning } from '../../platform/http/when-running.ts'
import { analyticsOperations } from './analytics-operations.ts'

const dayMs = 24 * hourMs
const nothing: Sent = { count: 0, total: '0.00' }

/** Answers of analytics from its own stores: nobody else has to read its topics. */
export function addAnalyticsRoutes(http: Http, streams: KafkaStreams): void {
  const totals = new Totals(streams)
  const alerts = streams.store<string, TransferAlert>(analyticsStores.alerts, 'window')
  http.get('/state/totals', { schema: analyticsOperations.totals }, ({ query }) =>
    whenRunning(streams, async (): Promise<Newest<HourTotals>> => {
      const [fromMs, toMs] = [msOf(query.from) ?? Date.now() - dayMs, msOf(query.to) ?? Date.now()]
      return { content: await totals.newest(query.userId, Math.max(fromMs, Date.now() - keptMs), toMs, query.size) }
    }),
  )
  http.get('/state/alerts', { schema: analyticsOperations.alerts }, ({ query }) =>
    whenRunning(streams, async (): Promise<Newest<TransferAlert>> => {
      const rows = (await listed(alerts.fetchAll(msOf(query.from) ?? 0, Date.now()))).map(({ value }) => value)
      const wanted = rows.filter(({ userId: user }) => query.userId === undefined || user === query.userId)
      return { content: wanted.sort((left, right) => right.windowEnd - left.windowEnd).slice(0, query.size) }
    }),
  )
}

const msOf = (text: string | undefined): number | null => (text === undefined ? null : Date.parse(text))

async function listed<T>(rows: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = []
  for await (const row of rows) list.push(row)
  return list
}

interface Hour {
  readonly user: string
  readonly startMs: number
  readonly sent: Sent
}

/** First-seen hours, with what is final and what was corrected. */
class Totals {
  readonly #sent: QueryableWindowStore<string, Sent>
  readonly #final: QueryableWindowStore<string, boolean>
  readonly #corrected: QueryableKeyValueStore<string, Sent>

  constructor(streams: KafkaStreams) {
    this.#sent = streams.store<string, Sent>(analyticsStores.firstSeen, 'window')
    this.#final = streams.store<string, boolean>(analyticsStores.final, 'window')
    this.#corrected = streams.store<string, Sent>(analyticsStores.corrected)
  }

  async newest(userId: number | undefined, fromMs: number, toMs: number, count: number): Promise<HourTotals[]> {
    const hours = await listed(this.#hours(userId, fromMs, toMs))
    const newest = hours.sort((left, right) => right.startMs - left.startMs || Number(left.user) - Number(right.user))
    return Promise.all(newest.slice(0, count).map((hour) => this.#row(hour)))
  }

  async *#hours(userId: number | undefined, fromMs: number, toMs: number): AsyncGenerator<Hour> {
    if (userId === undefined)
      for await (const { key, value } of this.#sent.fetchAll(fromMs, toMs))
        yield { user: key.key, startMs: key.startMs, sent: value }
    else
      for await (const { startMs, value } of this.#sent.fetch(String(userId), fromMs, toMs))
        yield { user: String(userId), startMs, sent: value }
  }

  async #row({ user, startMs, sent }: Hour): Promise<HourTotals> {
    const [final, corrected] = await Promise.all([
      this.#final.fetchOne(user, startMs),
      this.#corrected.get(hourKey(user, startMs)),
    ])
    const window = { windowStart: startMs, windowEnd: startMs + hourMs }
    return {
      userId: Number(user),
      ...window,
      ...totalsOf(sent),
      final: final === true,
      corrected: totalsOf(corrected ?? nothing),
    }
  }
}

const totalsOf = ({ count, total }: Sent): SentTotals => ({ sentCount: count, sentTotal: total })
