import type { RowComparison } from './comparison.ts'

const width = 720
const left = 72
const right = 150
const lineHeight = 26
const top = 34

/** The ratios as bars on a logarithmic scale, with the goal of each row. To the right of 1 Millrace is better. */
export function svg(rows: readonly RowComparison[]): string {
  const height = top + rows.length * lineHeight + 12
  const scale = scaleOf(rows)
  const parts = [axis(scale, height), ...rows.map((row, index) => bar(row, top + index * lineHeight, scale))]
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="13" role="img" aria-label="Java's cost divided by Millrace's">
<rect width="100%" height="100%" fill="#fff"/>
${parts.join('\n')}
</svg>
`
}

interface Scale {
  readonly ticks: readonly number[]
  readonly x: (ratio: number) => number
}

function scaleOf(rows: readonly RowComparison[]): Scale {
  const all = rows.flatMap(({ ratio, row }) => [ratio.least, ratio.greatest, row.goal ?? 1, 1]).filter((ratio) => ratio > 0)
  const [low, high] = [Math.floor(Math.log2(Math.min(0.5, ...all))), Math.ceil(Math.log2(Math.max(2, ...all)))]
  const ticks = Array.from({ length: high - low + 1 }, (_, index) => 2 ** (low + index))
  return { ticks, x: (ratio) => left + ((Math.log2(ratio) - low) / (high - low)) * (width - left - right) }
}

function axis({ ticks, x }: Scale, height: number): string {
  const lines = ticks.map((tick) => {
    const stroke = tick === 1 ? '#333' : '#ddd'
    return `<line x1="${at(x(tick))}" x2="${at(x(tick))}" y1="24" y2="${height - 8}" stroke="${stroke}"/><text x="${at(x(tick))}" y="16" text-anchor="middle" fill="#555">${tick}</text>`
  })
  return lines.join('\n')
}

function bar({ row, ratio, verdict }: RowComparison, y: number, { x }: Scale): string {
  const fill = verdict === 'short' ? '#c0392b' : verdict === 'reached' ? '#2e7d32' : '#6b7280'
  const [from, to] = [x(1), x(ratio.median)].toSorted((one, other) => one - other) as [number, number]
  const middle = y + 9
  const goal =
    row.goal === null
      ? ''
      : `<line x1="${at(x(row.goal))}" x2="${at(x(row.goal))}" y1="${y - 2}" y2="${y + 20}" stroke="#111" stroke-width="2"/>`
  const says = `${ratio.median.toFixed(2)}${row.goal === null ? '' : ` of ${row.goal}`}`
  return `<g><text x="${left - 10}" y="${y + 14}" text-anchor="end">${row.name}</text><rect x="${at(from)}" y="${y}" width="${at(Math.max(1, to - from))}" height="18" fill="${fill}"/><line x1="${at(x(ratio.least))}" x2="${at(x(ratio.greatest))}" y1="${middle}" y2="${middle}" stroke="#111"/>${goal}<text x="${width - right + 12}" y="${y + 14}">${says}</text></g>`
}

const at = (place: number): string => place.toFixed(1)
