import { GtidPosition } from './gtid-position.ts'

/**
 * A place in the changes of a database: behind a row of the snapshot that was taken at `gtids` (null: before its first), or behind so many
 * changes of the table in the transaction that follows `gtids`. The log can be read from `gtids` on.
 */
export interface LogPosition {
  /** Which database it is. */
  readonly id: string
  readonly gtids: GtidPosition
  readonly place: { readonly row: number | null } | { readonly changes: number }
}

/** `<id>@<gtids>#r12` or `<id>@<gtids>#3`. */
export function positionText({ id, gtids, place }: LogPosition): string {
  return `${id}@${gtids.text}#${'row' in place ? `r${place.row ?? ''}` : place.changes}`
}

/** Undefined: it is none of a database on a server. */
export function parsePosition(text: string): LogPosition | undefined {
  const match = /^([\w-]+)@([\d,-]*)#(?:(r)(-?\d*)|(\d+))$/.exec(text)
  if (match === null) return undefined
  const [, id, gtids, isRow, row, changes] = match
  const place = isRow === undefined ? { changes: Number(changes) } : { row: row === '' ? null : Number(row) }
  return { id: id!, gtids: new GtidPosition(gtids!), place }
}

/** Negative, 0 or positive; undefined where they are of two databases. */
export function comparePositions(left: LogPosition, right: LogPosition): number | undefined {
  if (left.id !== right.id) return undefined
  const order = left.gtids.compare(right.gtids)
  if (order !== 0) return order
  const [first, second] = [left.place, right.place]
  if ('row' in first && 'row' in second)
    return (first.row ?? -Infinity) === (second.row ?? -Infinity) ? 0 : (first.row ?? -Infinity) - (second.row ?? -Infinity)
  if ('changes' in first && 'changes' in second) return first.changes - second.changes
  // The changes behind a snapshot come behind its rows.
  return 'row' in first ? -1 : 1
}
