import type { Header } from 'millrace'

/** A record of an input topic. Its bytes may be written over by the next one. */
export interface InputRecord {
  readonly key: Buffer
  readonly value: Buffer | null
  readonly timestamp: number
  readonly headers?: readonly Header[]
}

/** The records of an input topic, the same whenever they are made. */
export interface Input {
  readonly name: string
  readonly records: Iterable<InputRecord>
}

/** The event time at which streams begin. Tables are older. */
export const startMs = 1_700_000_000_000
