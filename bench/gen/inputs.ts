import { randomBelow } from './random.ts'
import { keyOf, transferValue } from './transfer.ts'

/** A record of an input topic. Its bytes may be written over by the next one. */
export interface InputRecord {
  readonly key: Buffer
  readonly value: Buffer
  readonly timestamp: number
}

/** The records of an input topic, the same whenever they are made. */
export interface Input {
  readonly name: string
  readonly records: Iterable<InputRecord>
}

/** The event time at which streams begin. Tables are older. */
export const startMs = 1_700_000_000_000

interface StreamShape {
  readonly records: number
  readonly keys: number
  /** Tells the random numbers of one stream from those of another. */
  readonly seed: number
  /** How many records there are in each ms of event time. */
  readonly perMs: number
  /** Late records are up to this much older than the newest one. */
  readonly lateMs: number
}

const latePercent = 5
const accounts = 10_000

/**
 * A stream of transfers: keys are uniform, and one record of twenty is late. Keys are drawn at random. A sequence that spreads them
 * evenly (multiples of the golden ratio) meets rows in the order in which they were allocated: a count then costs a quarter less.
 */
export function* stream({ records, keys, seed, perMs, lateMs }: StreamShape): Generator<InputRecord> {
  for (let index = 0; index < records; index++) {
    const isLate = randomBelow(100, seed + 1, index) < latePercent
    const late = isLate ? randomBelow(lateMs, seed + 2, index) : 0
    const amount = 100_000 + randomBelow(900_000, seed + 3, index)
    yield {
      key: keyOf(randomBelow(keys, seed, index)),
      value: transferValue(amount, randomBelow(accounts, seed + 4, index)),
      timestamp: startMs + Math.floor(index / perMs) - late,
    }
  }
}

interface TableShape {
  readonly rows: number
  readonly seed: number
  readonly atMs: number
}

/** One record for each key of a table, all at one time. */
export function* table({ rows, seed, atMs }: TableShape): Generator<InputRecord> {
  for (let row = 0; row < rows; row++) {
    const amount = 100_000 + randomBelow(900_000, seed, row)
    yield { key: keyOf(row), value: transferValue(amount, randomBelow(accounts, seed + 1, row)), timestamp: atMs }
  }
}
