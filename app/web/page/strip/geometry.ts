import type { Lane } from '../../../contracts/feed.ts'

/** The way of the strip: along the cards, or from top to bottom where the screen is narrow. */
export interface Geometry {
  readonly width: number
  readonly height: number
  readonly isVertical: boolean
  /** Where each station's tick is, along the way. The last one is the page. */
  readonly ticks: readonly number[]
  /** Where each lane is, across the way. */
  readonly lanes: Readonly<Record<Lane, number>>
}

const horizontal = { transfer: 34, user: 72, settlement: 98 } as const
const vertical = { transfer: 12, user: 24, settlement: 34 } as const
const cards = 6

export function geometryOf({ width, height, isVertical }: Pick<Geometry, 'width' | 'height' | 'isVertical'>): Geometry {
  const length = isVertical ? height : width
  const ticks = Array.from({ length: cards }, (_, index) => ((index + 0.5) * length) / cards)
  return { width, height, isVertical, ticks, lanes: isVertical ? vertical : horizontal }
}
