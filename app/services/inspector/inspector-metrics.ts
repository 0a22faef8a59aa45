import { Gauge, Histogram, type Registry } from 'prom-client'
import type { Passage } from './passages.ts'

const boundsS = [0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]

/** How old changes are where they are seen, from their commit in SQL on. */
export class PassageTimes {
  readonly #ages = new Histogram({
    name: 'transfer_pipeline_e2e_seconds',
    help: 'From the commit of a change in SQL to a station. Counts each record whose change was seen, in the topic of the station.',
    labelNames: ['stage', 'lane'],
    buckets: boundsS,
    registers: [],
  })

  readonly observe = ({ station, lane, sinceSqlMs }: Passage): void => {
    if (station !== 'sql' && sinceSqlMs !== null) this.#ages.observe({ stage: station, lane }, sinceSqlMs / 1000)
  }

  publish(registry: Registry, inspector: { readonly log: { readonly readerCount: number } }): void {
    registry.registerMetric(this.#ages)
    new Gauge({
      name: 'sse_clients',
      help: 'Clients of the feed.',
      registers: [registry],
      collect() {
        this.set(inspector.log.readerCount)
      },
    })
  }
}
