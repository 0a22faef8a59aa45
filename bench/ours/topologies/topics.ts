import { nullable, Serdes } from 'millrace'
import type { Serde } from 'millrace'
import type { StartOrder } from '../../protocol.ts'

export type Topics = Pick<StartOrder, 'inputs' | 'output' | 'values'>

export const inputAt = ({ inputs }: Topics, index: number): string => {
  const name = inputs[index]
  if (name === undefined) throw new TypeError(`The topology needs input ${index}, and has ${inputs.length}.`)
  return name
}

/** The serde of a stream's values: a value that may be null needs a serde that says so. */
export function valuesOf<T>(topics: Topics, serde: Serde<T>): Serde<T | null> {
  return topics.values === 'nullable' ? nullable(serde) : (serde as Serde<T | null>)
}

/** A stream of text to bytes. */
export const streamOf = (topics: Topics) => ({ key: Serdes.string, value: valuesOf(topics, Serdes.bytes) })

/** Keys are text, and values are passed on as they are. */
export const textToBytes = { key: Serdes.string, value: Serdes.bytes }
