/** Hopping windows that are kept as slices. */
export interface SlicedWindows {
  readonly sizeMs: number
  /** Less than `sizeMs`: windows overlap. */
  readonly advanceMs: number
}

/**
 * The part of a slice that certain windows have. A record may come so late that some of its windows are closed: only the others have it, those
 * that start at `fromMs` or later. What all windows of the slice have is in a part whose `fromMs` is 0.
 */
export interface SlicePart<A> {
  readonly fromMs: number
  /** The greatest timestamp of its records. */
  readonly timestamp: number
  readonly value: A
}

/**
 * What a store keeps of the records of one key between two neighbouring bounds of windows: these records are in the same windows. Most
 * slices have one part.
 */
export type Slice<A> = readonly SlicePart<A>[]

/**
 * The start of the slice of a timestamp: the last time, up to it, at which a window begins or ends. There are two slices for each
 * advance, or one if the size is a multiple of it.
 */
export function sliceStart(timestamp: number, windows: SlicedWindows): number {
  const endsAfterMs = endsAfterStartMs(windows)
  const offset = timestamp % windows.advanceMs
  return timestamp - offset + (offset < endsAfterMs ? 0 : endsAfterMs)
}

/** How long after the start of one window another one ends. 0: windows end where others start. */
export function endsAfterStartMs({ sizeMs, advanceMs }: SlicedWindows): number {
  return sizeMs % advanceMs
}

/** The start of the last window that starts at this time or before it. */
export function windowStartAt(timeMs: number, { advanceMs }: SlicedWindows): number {
  return Math.floor(timeMs / advanceMs) * advanceMs
}

/** The start of the first window that starts at this time or after it. */
export function windowStartFrom(timeMs: number, { advanceMs }: SlicedWindows): number {
  return Math.ceil(timeMs / advanceMs) * advanceMs
}

/** The start of the first window that contains a time: no window begins before the epoch. */
export function firstWindowOf(timestamp: number, { sizeMs, advanceMs }: SlicedWindows): number {
  return windowStartAt(Math.max(0, timestamp - sizeMs + advanceMs), { sizeMs, advanceMs })
}

/**
 * Returns the slice with one more record, in the part of the windows that start at `fromMs` or later. `fold` gets the aggregate of this part; null:
 * the part has no record yet.
 */
export function withRecord<A>(
  slice: Slice<A> | null,
  fromMs: number,
  timestamp: number,
  fold: (aggregate: A | null) => A,
): Slice<A> {
  const part = slice?.find((each) => each.fromMs === fromMs)
  const value = fold(part === undefined ? null : part.value)
  const updated = { fromMs, timestamp: part === undefined ? timestamp : Math.max(timestamp, part.timestamp), value }
  if (slice === null || (part !== undefined && slice.length === 1)) return [updated]
  return [...slice.filter((each) => each !== part), updated]
}
