import { Serdes, topic } from 'millrace'
import type { StreamsBuilder } from 'millrace'
import { amountAt, currencyAt } from '../../gen/transfer.ts'
import { inputAt, valuesOf } from './topics.ts'
import type { Topics } from './topics.ts'

const nine = 0x39
const letterX = 0x58

/** Reads bytes, passes them through one filter and one mapValues, and writes bytes. */
export function bytes(builder: StreamsBuilder, topics: Topics): void {
  const serdes = { key: Serdes.bytes, value: valuesOf(topics, Serdes.bytes) }
  builder
    .stream(topic(inputAt(topics, 0), serdes))
    .filter((value) => value === null || value[amountAt] !== nine)
    .mapValues((value) => {
      if (value === null) return null
      const copy = Buffer.from(value)
      copy[currencyAt] = letterX
      return copy
    })
    .to(topic(topics.output, serdes))
}
