import type { Header } from 'millrace'
import { startMs } from './inputs.ts'
import type { InputRecord } from './inputs.ts'
import { longKeyOf, longTransferValue } from './long-transfer.ts'
import { randomBelow, skewedBelow } from './random.ts'
import type { Skew } from './random.ts'
import { keyOf, transferValue } from './transfer.ts'

export type DataName = 'first' | 'second'

interface StreamShape {
  readonly records: number
  readonly keys: number
  /** Tells the random numbers of one stream from those of another. */
  readonly seed: number
  /** How many records there are in each ms of event time. */
  readonly perMs: number
  /** Late records are up to this much older than the newest one. */
  readonly lateMs: number
  /** How uneven the keys of the second data set are. Default: zipf with the exponent 1. */
  readonly skew?: Skew
  /** Whether the second data set has nulls among its values here. Default: one of a hundred. */
  readonly nulls?: 'none'
}

interface TableShape {
  readonly rows: number
  readonly seed: number
  readonly atMs: number
}

/** What the inputs of a row are made of. */
export interface DataSet {
  readonly name: DataName
  /** A stream of transfers; one record of twenty is late. */
  stream(shape: StreamShape): Iterable<InputRecord>
  /** One record for each key of a table, all at one time. */
  table(shape: TableShape): Iterable<InputRecord>
}

interface Form {
  readonly name: DataName
  readonly keyOf: (number: number) => Buffer
  readonly valueOf: (amount: number, account: number) => Buffer
  readonly headers: readonly Header[]
  readonly nullPercent: number
  readonly keyAt: (shape: StreamShape, index: number) => number
}

const latePercent = 5
const accounts = 10_000

/**
 * Uniform keys of 13 digits, values of 112 bytes, no headers, no nulls. Keys are drawn at random. A sequence that spreads them evenly
 * (multiples of the golden ratio) meets rows in the order in which they were allocated: a count then costs a quarter less.
 */
export const firstData = dataSet({
  name: 'first',
  keyOf,
  valueOf: transferValue,
  headers: [],
  nullPercent: 0,
  keyAt: ({ keys, seed }, index) => randomBelow(keys, seed, index),
})

/** What records also look like: keys in UTF-8, a few of them frequent (zipf), values of 1 KB, one of a hundred null, two headers each. */
export const secondData = dataSet({
  name: 'second',
  keyOf: longKeyOf,
  valueOf: longTransferValue,
  headers: [
    { key: 'traceparent', value: Buffer.from('00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01') },
    { key: 'source', value: Buffer.from('bench') },
  ],
  nullPercent: 1,
  keyAt: ({ keys, seed, skew = 1 }, index) => skewedBelow(keys, skew, seed, index),
})

export const dataSets: Readonly<Record<DataName, DataSet>> = { first: firstData, second: secondData }

function dataSet(form: Form): DataSet {
  return { name: form.name, stream: (shape) => stream(form, shape), table: (shape) => table(form, shape) }
}

function* stream(form: Form, shape: StreamShape): Generator<InputRecord> {
  const { records, seed, perMs, lateMs } = shape
  for (let index = 0; index < records; index++) {
    const isLate = randomBelow(100, seed + 1, index) < latePercent
    const late = isLate ? randomBelow(lateMs, seed + 2, index) : 0
    yield {
      key: form.keyOf(form.keyAt(shape, index)),
      value: valueAt(shape.nulls === 'none' ? { ...form, nullPercent: 0 } : form, index, seed + 3),
      timestamp: startMs + Math.floor(index / perMs) - late,
      headers: form.headers,
    }
  }
}

function* table(form: Form, { rows, seed, atMs }: TableShape): Generator<InputRecord> {
  for (let row = 0; row < rows; row++)
    yield { key: form.keyOf(row), value: valueAt(form, row, seed), timestamp: atMs, headers: form.headers }
}

function valueAt({ nullPercent, valueOf }: Form, index: number, seed: number): Buffer | null {
  if (nullPercent > 0 && randomBelow(100, seed + 2, index) < nullPercent) return null
  return valueOf(100_000 + randomBelow(900_000, seed, index), randomBelow(accounts, seed + 1, index))
}
