/**
 * A span of event time, in ms since the epoch. `endMs` belongs to sliding windows and sessions, but not to tumbling and hopping
 * windows. A window without an end has `Infinity`.
 */
export interface Window {
  /** Beginning of the window, in ms since the epoch; it belongs to the window. */
  readonly startMs: number
  /** End of the window, in ms since the epoch. It belongs to sessions and sliding windows, not to other windows. */
  readonly endMs: number
}

/** A key in a window (Java: `Windowed<K>`). */
export interface Windowed<K> extends Window {
  /** The key. */
  readonly key: K
}

/** A key in a window, as windowed tables have them. */
export function windowed<K>(key: K, startMs: number, endMs: number): Windowed<K> {
  return { key, startMs, endMs }
}
