import type { SlidingWindows } from './sliding-windows.ts'
import type { TimeWindows } from './time-windows.ts'
import type { UnlimitedWindows } from './unlimited-windows.ts'

/** What a grouped stream can be cut into, sessions aside. */
export type WindowsOfTime = TimeWindows | SlidingWindows | UnlimitedWindows
