import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const folder = 'app/observability'
const ours = /\b(?:kafka|http|transfer_pipeline|cdc|connect|dlq|retry|sse|waits)_[a-z0-9_]+/g

/** The names of metrics that dashboards and alert rules ask for, with the file that asks. */
export function askedMetrics(): readonly (readonly [name: string, file: string])[] {
  const dashboards = readdirSync(join(folder, 'grafana/dashboards')).map((name) => join('grafana/dashboards', name))
  return [...dashboards, 'alerts.yml'].flatMap((file) =>
    expressionsIn(file).flatMap((expression) => [...expression.matchAll(ours)].map(([name]) => [name, file] as const)),
  )
}

function expressionsIn(file: string): readonly string[] {
  const text = readFileSync(join(folder, file), 'utf8')
  if (file.endsWith('.yml'))
    return [...text.matchAll(/expr: (?:>-\n)?([\s\S]*?)\n {8}\w+:/g)].map(([, expression]) => expression!)
  const { panels } = JSON.parse(text) as {
    readonly panels: readonly { readonly targets: readonly { readonly expr: string }[] }[]
  }
  return panels.flatMap(({ targets }) => targets.map(({ expr }) => expr))
}

/** The names that a scrape has, those of a histogram's parts among them. */
export function metricsIn(scrape: string): readonly string[] {
  return [...scrape.matchAll(/^# TYPE (\S+) (\S+)$/gm)].flatMap(([, name, type]) =>
    type === 'histogram' ? ['_bucket', '_sum', '_count'].map((part) => `${name!}${part}`) : [name!],
  )
}
