import type { ChartLine } from '../../../contracts/operations.ts'

export const [width, height] = [240, 40] as const

/** The line of a chart as a path, `most` at its top. It has a hole where nothing was known; a value between two holes is a dot. */
export function pathOf(values: ChartLine['values'], most: number): string {
  const x = (index: number): number => round((index / (values.length - 1)) * width)
  const y = (value: number): number => height - 1 - round((value / most) * (height - 2))
  return values
    .flatMap((value, index) => {
      if (value === null) return []
      const isFirst = (values[index - 1] ?? null) === null
      return [`${isFirst ? 'M' : 'L'}${x(index)} ${y(value)}${isFirst ? 'h0.1' : ''}`]
    })
    .join('')
}

const round = (value: number): number => Math.round(value * 10) / 10
