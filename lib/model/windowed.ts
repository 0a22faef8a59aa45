/** A span of event time. Whether `endMs` belongs to it is a matter of the window's kind; "no end" is `Infinity`. */
export interface Window {
  readonly startMs: number
  readonly endMs: number
}

/** A key in a window (Java: `Windowed<K>`). */
export interface Windowed<K> extends Window {
  readonly key: K
}

export function windowed<K>(key: K, startMs: number, endMs: number): Windowed<K> {
  return { key, startMs, endMs }
}
