import { readFileSync } from 'node:fs'
import { Registry } from 'prom-client'
import t from 'tap'
import { prometheusMetrics } from 'millrace/metrics'
import { pipelineCharts } from '../../../app/operations/charts/pipeline-charts.ts'
import { selectionsOf } from '../../../app/operations/promql/expression.ts'
import { parsePromql } from '../../../app/operations/promql/parse-promql.ts'
import { openHttp } from '../../../app/platform/http/open-http.ts'
import { addErrorCounts } from '../../../app/platform/http/error-counts.ts'
import { silentLog } from '../../../app/platform/log.ts'
import { PassageTimes } from '../../../app/services/inspector/inspector-metrics.ts'
import { ErrorCounts } from '../../../examples/transfer-pipeline/errors/error-counts.ts'
import { askedMetrics, metricsIn } from './scrape.ts'

/** Metrics that services make as they start. */
const ofServices = [
  ['cdc_source_lag_seconds', 'capture'],
  ['connect_task_error_deadletterqueue_produce_requests_total', 'sink'],
] as const

t.test('dashboards and alert rules ask for no metric that is not published', async (t) => {
  const http = await openHttp({ name: 'things', log: silentLog })
  t.teardown(() => http.close())
  addErrorCounts(http, new ErrorCounts())
  using _published = prometheusMetrics({ metrics: () => [] }, { registry: http.metrics })
  new PassageTimes().publish(http.metrics, { log: { readerCount: 0 } })
  const scraped = new Set(metricsIn((await http.inject('/metrics')).body))
  for (const [name, service] of ofServices) {
    t.match(readFileSync(`app/services/${service}/main.ts`, 'utf8'), `name: '${name}'`)
    scraped.add(name)
  }
  const asked = askedMetrics()
  t.equal(asked.length, 41, 'all expressions are found')
  t.same(
    asked.filter(([name]) => !scraped.has(name)),
    [],
  )
  for (const { expression } of pipelineCharts)
    for (const { metric } of selectionsOf(parsePromql(expression))) t.ok(scraped.has(metric), `${metric}, of the page Operate`)
  t.ok(http.metrics instanceof Registry)
})
