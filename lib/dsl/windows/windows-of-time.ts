import { SessionWindows } from './session-windows.ts'
import { SlidingWindows } from './sliding-windows.ts'
import { TimeWindows } from './time-windows.ts'
import { UnlimitedWindows } from './unlimited-windows.ts'

/** All windows that a grouped stream can be cut into, except sessions. */
export type WindowsOfTime = TimeWindows | SlidingWindows | UnlimitedWindows

const kinds = [TimeWindows, SlidingWindows, UnlimitedWindows, SessionWindows]

/** The types take any object with such members. Throws a `TypeError` for one that no class of windows has made. */
export function checkWindows(windows: WindowsOfTime | SessionWindows): void {
  if (kinds.some((kind) => windows instanceof kind)) return
  throw new TypeError(
    'windowedBy() takes windows, as TimeWindows.of({ sizeMs: 60_000 }) or SessionWindows.of({ gapMs: 60_000 }) makes them.',
  )
}
