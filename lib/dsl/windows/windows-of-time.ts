import type { SlidingWindows } from './sliding-windows.ts'
import type { TimeWindows } from './time-windows.ts'
import type { UnlimitedWindows } from './unlimited-windows.ts'

/** All windows that a grouped stream can be cut into, except sessions. */
export type WindowsOfTime = TimeWindows | SlidingWindows | UnlimitedWindows
