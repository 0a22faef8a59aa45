import type { ChangelogOption } from '../../state/store-spec.ts'

interface BufferLimits {
  /** How many keys are held back at most. Default: any number. */
  readonly maxRecords?: number | undefined
  /** How many bytes the buffer takes at most, by Kafka's estimate: keys, values, and where records came from. Default: any number. */
  readonly maxBytes?: number | undefined
  /** Of the buffer. Without one, what is held back is lost when the process ends. */
  readonly changelog?: ChangelogOption | undefined
}

/** A buffer that gives nothing up early: where it is full, processing ends (Java: `StrictBufferConfig`). */
export interface StrictBufferConfig extends BufferLimits {
  /** A full buffer ends the processing with an error. */
  readonly whenFull?: 'shut-down' | undefined
}

/** A buffer that, where it is full, gives up the oldest change before its time (Java: `EagerBufferConfig`). */
export interface EagerBufferConfig extends BufferLimits {
  /** A full buffer emits its oldest change. */
  readonly whenFull?: 'emit-early' | undefined
}

/** Java: `Suppressed.BufferConfig`. Without limits a buffer is never full. Default of `whenFull`: `emit-early`. */
export type BufferConfig = StrictBufferConfig | EagerBufferConfig

/** Holds back all of a window until it has closed; only for tables with windowed keys. */
export interface UntilWindowCloses {
  /** Changes wait until their window closes. */
  readonly until: 'window-closes'
  /** Limits of the buffer. A full buffer ends the processing: a final result cannot come early. */
  readonly buffer: StrictBufferConfig
}

/** Holds back each key for a time. */
export interface UntilTimeLimit {
  /** Changes wait for a time. */
  readonly until: 'time-limit'
  /** How long a change waits, in ms of stream time. */
  readonly limitMs: number
  /** Limits of the buffer, and what happens when it is full. */
  readonly buffer: BufferConfig
}

/** Which changes of a table wait, and how long (KIP-328). Time is stream time: it moves with the records that come to the table. */
export const Suppressed = Object.freeze({
  /**
   * One result for each key and window, the final one: when the window's end and its grace are over. Deletions in the end are not
   * forwarded, since nothing of the window was.
   *
   * @example
   * counts.suppress(Suppressed.untilWindowCloses())
   */
  untilWindowCloses(buffer: StrictBufferConfig = {}): UntilWindowCloses {
    return Object.freeze({ until: 'window-closes', buffer: checked({ ...buffer, whenFull: 'shut-down' as const }) })
  },

  /**
   * The newest change of each key, when the first one has waited for `limitMs`.
   *
   * @example
   * balances.suppress(Suppressed.untilTimeLimit(60_000, { maxRecords: 10_000 }))
   */
  untilTimeLimit(limitMs: number, buffer: BufferConfig = {}): UntilTimeLimit {
    checkLimit('limitMs', limitMs)
    return Object.freeze({ until: 'time-limit', limitMs, buffer: checked(buffer) })
  },
})

function checked<B extends BufferConfig>(buffer: B): B {
  checkLimit('maxRecords', buffer.maxRecords ?? 0)
  checkLimit('maxBytes', buffer.maxBytes ?? 0)
  return Object.freeze(buffer)
}

function checkLimit(name: string, limit: number): void {
  if (limit !== Infinity && !(Number.isSafeInteger(limit) && limit >= 0))
    throw new TypeError(`${name} of suppress is a whole number, at least 0, or Infinity; not ${String(limit)}.`)
}
