import t from 'tap'
import { currentMetricsPage, metricsPage } from '../../tools/metric-docs.ts'

t.test('docs/metrics.md is what the definitions say: run `node tools/metric-docs.ts --update`', async (t) => {
  t.equal(currentMetricsPage(), await metricsPage())
})
