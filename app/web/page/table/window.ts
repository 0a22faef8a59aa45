/** Which rows of a long table are in the document. */
export interface RowWindow {
  readonly first: number
  readonly count: number
  /** Heights of what is left out above and below. */
  readonly above: number
  readonly below: number
}

export interface RowLayout {
  readonly total: number
  readonly rowHeight: number
  readonly visible: number
  readonly scrollTop: number
}

/** Rows beyond the visible ones, half of them on each side. */
export const spareRows = 10

export function rowWindow({ total, rowHeight, visible, scrollTop }: RowLayout): RowWindow {
  const count = Math.min(total, visible + spareRows)
  const top = Math.floor(scrollTop / rowHeight) - spareRows / 2
  const first = Math.max(0, Math.min(top, total - count))
  return { first, count, above: first * rowHeight, below: (total - first - count) * rowHeight }
}
