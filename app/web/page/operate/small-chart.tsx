import type { JSX } from 'preact'
import type { ChartData, ChartLine } from '../../../contracts/operations.ts'
import { height, pathOf, width } from './chart-path.ts'
import { valueText } from './operate-words.ts'

interface SmallChartProps {
  readonly line: ChartLine
  readonly unit: ChartData['unit']
  /** The top of the chart, which all lines of a chart share: they can be compared. */
  readonly most: number
}

/** A line over time. What it says in numbers is beside it as text. */
export function SmallChart({ line: { label, values }, unit, most }: SmallChartProps): JSX.Element {
  const said = `${nowText(values, unit)}, at most ${valueText(Math.max(...values.map((value) => value ?? 0)), unit)}`
  return (
    <li>
      <span>{label}</span> <span class="label">{said}</span>
      <svg viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" role="img" aria-label={`${label}: ${said}`}>
        <path d={pathOf(values, most)} vector-effect="non-scaling-stroke" />
      </svg>
    </li>
  )
}

/** The last step has just begun: what it lacks is in the one before. */
function nowText(values: ChartLine['values'], unit: ChartData['unit']): string {
  const newest = values.slice(-2).findLast((value) => value !== null)
  return newest === undefined || newest === null ? 'nothing now' : `now ${valueText(newest, unit)}`
}
