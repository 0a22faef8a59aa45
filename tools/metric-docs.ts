import { readFileSync, writeFileSync } from 'node:fs'
import { metricDefinitions, type MetricDefinition } from '../lib/metrics/metric-definitions.ts'
import { prometheusName } from '../lib/metrics/prometheus/prometheus-name.ts'
import { markdown } from './markdown.ts'

// What docs/metrics.md says of each metric. `node tools/metric-docs.ts --update` writes the page.

export const metricsPagePath = 'docs/metrics.md'

const intro = `# Metrics

The engine fills Kafka Streams' metrics: names, groups and tags are Kafka's. \`streams.metrics()\` has all of them. \`millrace/metrics\` publishes
them by [prom-client](https://github.com/siimon/prom-client), a peer dependency (\`npm install prom-client\`):

\`\`\`ts
import { register } from 'prom-client'
import { prometheusMetrics } from 'millrace/metrics'

prometheusMetrics(streams, { registry: register })
createServer(async (_, response) => response.end(await register.metrics())).listen(9400)
\`\`\`

What Kafka publishes of a sensor as \`-rate\`, \`-avg\`, \`-max\` and \`-ratio\` over a window of its own is a counter or a histogram here, and left to
Prometheus: \`rate(kafka_stream_thread_process_total[1m])\`, \`histogram_quantile(0.95, rate(kafka_stream_thread_commit_latency_bucket[5m]))\`; the
share of time that a thread processes is \`rate(kafka_stream_thread_process_latency_sum[1m]) / 1000\`. Times are in ms.

- **Levels.** \`metricsRecordingLevel\` is \`info\` by default. \`debug\` looks at the clock twice for each call of a store. \`off\` times nothing.
- **Samples.** Ages of records (\`record-e2e-latency\`, \`record-lateness\`) are those of the first record of each turn of a task (up to 100 records), and
  of what a commit flushes out of caches: at each node the first, and one in sixteen after it. Records that come one by one are all measured.
- **Tags** are labels: \`thread-id\` is \`thread_id\`. The tag of a store has the kind of its store in its name (\`in-memory-window-state-id\`): here that is
  \`scope\`, and the name of the store is \`state_id\`.
- **Not filled**, since they say what only the JVM has or Millrace does not: RocksDB's statistics, standby and warm-up tasks, \`blocked-time-ns-total\`,
  \`hit-ratio\` of record caches, \`enforced-processing\`, \`idempotent-update-skip\`, the iterators of stores. What of a task's cache Kafka tells by task
  is told by thread, which the tasks share.

\`streams.health()\` says whether an application does its work: what probes ask, and alerts need not guess.
`

/** The page as it ought to be. */
export async function metricsPage(): Promise<string> {
  const groups = Map.groupBy(metricDefinitions, ({ group }) => group)
  const sections = [...groups].map(([group, definitions]) => {
    const rows = definitions.map(rowOf)
    return [`## ${group}`, '', '| metric | Prometheus | kind | level | tags | what it tells |', '|-|-|-|-|-|-|', ...rows].join(
      '\n',
    )
  })
  return markdown([intro, ...sections].join('\n\n'), metricsPagePath)
}

function rowOf(definition: MetricDefinition): string {
  const { name, kind, level, tags, help, texts } = definition
  const published = prometheusName(definition)
  const states = texts === undefined ? '' : ` One of ${texts.join(', ')}.`
  return `| ${[`\`${name}\``, published === undefined ? 'none: a text' : `\`${published}\``, kind, level, tags.join(', ').replace('<', '\\<'), `${help}${states}`].join(' | ')} |`
}

/** The page as it is. */
export const currentMetricsPage = (): string => readFileSync(metricsPagePath, 'utf8')

if (import.meta.main && process.argv.includes('--update')) writeFileSync(metricsPagePath, await metricsPage())
