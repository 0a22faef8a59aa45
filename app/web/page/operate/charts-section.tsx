import type { JSX } from 'preact'
import type { ChartData, OperationsCharts } from '../../../contracts/operations.ts'
import { PageLink } from '../view/page-link.tsx'
import { live } from '../view/view.ts'
import type { Range } from '../view/view.ts'
import { time } from '../words/numbers.ts'
import { span } from './operate-words.ts'
import { SmallChart } from './small-chart.tsx'
import { Section } from './section.tsx'

const ranges: readonly (readonly [range: Range, label: string])[] = [
  ['5m', '5 min'],
  ['15m', '15 min'],
  ['1h', '1 h'],
]

interface ChartsProps {
  readonly charts: OperationsCharts | null
  readonly range: Range
}

/** The last minutes, a small chart for each line: many lines in one chart would have to be told apart by colour. */
export function ChartsSection({ charts, range }: ChartsProps): JSX.Element {
  return (
    <Section title="The last minutes" hint={hintOf(charts)} tools={<Ranges range={range} />}>
      {charts?.charts.map((chart) => (
        <Chart key={chart.title} chart={chart} />
      ))}
    </Section>
  )
}

function hintOf(charts: OperationsCharts | null): string {
  if (charts === null) return ''
  const { from, stepMs, charts: all } = charts
  const steps = Math.max(0, ...all.flatMap(({ lines }) => lines.map(({ values }) => values.length - 1)))
  return `${time(from)} to ${time(from + steps * stepMs)}, the highest of each ${span(stepMs)}`
}

function Ranges({ range }: { readonly range: Range }): JSX.Element {
  return (
    <nav aria-label="How far back">
      {ranges.map(([each, label]) => (
        <PageLink key={each} view={{ ...live, page: 'operate', range: each }} isCurrent={each === range}>
          {label}
        </PageLink>
      ))}
    </nav>
  )
}

function Chart({ chart: { title, unit, lines } }: { readonly chart: ChartData }): JSX.Element {
  const moving = lines.filter(({ values }) => values.some((value) => (value ?? 0) !== 0))
  const still = lines.filter((line) => !moving.includes(line)).map(({ label }) => label)
  const most = Math.max(...moving.flatMap(({ values }) => values.map((value) => value ?? 0)))
  return (
    <div class="chart">
      <h3>{title}</h3>
      {moving.length > 0 && (
        <ul>
          {moving.map((line) => (
            <SmallChart key={line.label} line={line} unit={unit} most={most} />
          ))}
        </ul>
      )}
      <p class="label">{stillText(lines.length, still)}</p>
    </div>
  )
}

function stillText(all: number, still: readonly string[]): string {
  if (all === 0) return 'Nothing yet.'
  if (still.length === 0) return ''
  return `Always 0: ${still.join(', ')}.`
}
