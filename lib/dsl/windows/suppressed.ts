import { checkChoice, checkOptions, type OptionNames } from '../../model/check-options.ts'
import type { ChangelogOption } from '../../state/store-spec.ts'

interface BufferLimits {
  /** How many keys the buffer holds at most. Default: no limit. */
  readonly maxRecords?: number | undefined
  /**
   * How many bytes the buffer holds at most. Kafka's estimate counts keys, values and the contexts of records. Default: no limit.
   */
  readonly maxBytes?: number | undefined
  /** The buffer's changelog. Without a changelog the changes in the buffer are lost when the process ends. */
  readonly changelog?: ChangelogOption | undefined
}

/** A buffer that emits no change early: if it is full, processing ends (Java: `StrictBufferConfig`). */
export interface StrictBufferConfig extends BufferLimits {
  /** A full buffer ends the processing with an error. */
  readonly whenFull?: 'shut-down' | undefined
}

/** A buffer that emits its oldest change early if it is full (Java: `EagerBufferConfig`). */
export interface EagerBufferConfig extends BufferLimits {
  /** A full buffer emits its oldest change. */
  readonly whenFull?: 'emit-early' | undefined
}

/**
 * Limits of the buffer, and what happens if it is full (Java: `Suppressed.BufferConfig`). Without limits a buffer is never full.
 * Default of `whenFull`: `emit-early`.
 */
export type BufferConfig = StrictBufferConfig | EagerBufferConfig

/** Holds back all changes of a window until the window has closed. Only for tables with windowed keys. */
export interface UntilWindowCloses {
  /** Changes wait until their window closes. */
  readonly until: 'window-closes'
  /** Limits of the buffer. A full buffer ends the processing, because a final result cannot be emitted early. */
  readonly buffer: StrictBufferConfig
}

/** Holds back the changes of each key for a time. */
export interface UntilTimeLimit {
  /** Changes wait for a time. */
  readonly until: 'time-limit'
  /** How long a change waits, in ms of stream time. */
  readonly limitMs: number
  /** Limits of the buffer, and what happens when it is full. */
  readonly buffer: BufferConfig
}

/**
 * Which changes of a table wait, and how long (KIP-328). All times are stream time, which advances with the records of the table.
 */
export const Suppressed = Object.freeze({
  /**
   * Forwards one result for each key and window: the final one, once the window's end and its grace have passed. If the final
   * result is a deletion, nothing is forwarded, because no earlier result was.
   *
   * @example
   * counts.suppress(Suppressed.untilWindowCloses())
   */
  untilWindowCloses(buffer: StrictBufferConfig = {}): UntilWindowCloses {
    checkBuffer('untilWindowCloses()', buffer, ['shut-down'])
    return Object.freeze({ until: 'window-closes', buffer: Object.freeze({ ...buffer, whenFull: 'shut-down' }) })
  },

  /**
   * Forwards the newest change of each key, once the first change has waited for `limitMs`.
   *
   * @example
   * balances.suppress(Suppressed.untilTimeLimit(60_000, { maxRecords: 10_000 }))
   */
  untilTimeLimit(limitMs: number, buffer: BufferConfig = {}): UntilTimeLimit {
    checkLimit('limitMs', limitMs)
    checkBuffer('untilTimeLimit()', buffer, ['emit-early', 'shut-down'])
    return Object.freeze({ until: 'time-limit', limitMs, buffer: Object.freeze({ ...buffer }) })
  },
})

const bufferOptions: OptionNames<BufferConfig> = { maxRecords: true, maxBytes: true, changelog: true, whenFull: true }

function checkBuffer(call: string, buffer: BufferConfig, whenFull: readonly string[]): void {
  checkOptions(call, buffer, bufferOptions)
  checkChoice(call, 'whenFull', buffer.whenFull, whenFull)
  checkLimit('maxRecords', buffer.maxRecords ?? 0)
  checkLimit('maxBytes', buffer.maxBytes ?? 0)
}

function checkLimit(name: string, limit: number): void {
  if (limit !== Infinity && !(Number.isSafeInteger(limit) && limit >= 0))
    throw new TypeError(`${name} of suppress must be a whole number, at least 0, or Infinity; not ${String(limit)}.`)
}
