/** Sizes of {@link TimeWindows}, in ms. */
export interface TimeWindowsOptions {
  readonly sizeMs: number
  /** Default `sizeMs`: windows that follow one another (tumbling). Less: windows that overlap (hopping). */
  readonly advanceMs?: number
  /** How long after its end a window still takes records. Default 0. */
  readonly graceMs?: number
}

/** Windows of a fixed size, aligned to the epoch: `[n · advance, n · advance + size)` (Java: `TimeWindows`). */
export class TimeWindows {
  readonly sizeMs: number
  readonly advanceMs: number
  readonly graceMs: number

  private constructor({ sizeMs, advanceMs = sizeMs, graceMs = 0 }: TimeWindowsOptions) {
    requireMs('sizeMs', sizeMs, sizeMs > 0, 'more than 0')
    requireMs('advanceMs', advanceMs, advanceMs > 0 && advanceMs <= sizeMs, 'more than 0 and at most the size')
    requireMs('graceMs', graceMs, graceMs >= 0, 'at least 0')
    this.sizeMs = sizeMs
    this.advanceMs = advanceMs
    this.graceMs = graceMs
  }

  /**
   * @example
   * TimeWindows.of({ sizeMs: 60_000, graceMs: 5_000 })
   */
  static of(options: TimeWindowsOptions): TimeWindows {
    return new TimeWindows(options)
  }
}

function requireMs(name: string, value: number, isAllowed: boolean, what: string): void {
  if (!Number.isSafeInteger(value) || !isAllowed)
    throw new TypeError(`${name} of a window is whole milliseconds, ${what}, not ${String(value)}.`)
}
