import { Serdes, topic } from 'millrace'
import type { StreamsBuilder } from 'millrace'
import { inputAt, valuesOf } from './topics.ts'
import type { Topics } from './topics.ts'

type Transfer = {
  readonly amount: number
  readonly currency: string
  readonly account: string
  readonly status: string
  readonly note: string
}

/** As `bytes`, but each value is an object: JSON is parsed, and written again. */
export function json(builder: StreamsBuilder, topics: Topics): void {
  builder
    .stream(topic(inputAt(topics, 0), { key: Serdes.string, value: valuesOf(topics, Serdes.json<Transfer>()) }))
    .filter((value) => value === null || value.amount < 900_000)
    .mapValues((value) => (value === null ? null : { ...value, fee: Math.trunc(value.amount / 100) }))
    .to(topic(topics.output, { key: Serdes.string, value: valuesOf(topics, Serdes.json<Transfer & { readonly fee: number }>()) }))
}
