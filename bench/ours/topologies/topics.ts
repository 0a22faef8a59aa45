import { Serdes } from 'millrace'

export interface Topics {
  readonly inputs: readonly string[]
  readonly output: string
}

export const inputAt = ({ inputs }: Topics, index: number): string => {
  const name = inputs[index]
  if (name === undefined) throw new TypeError(`The topology needs input ${index}, and has ${inputs.length}.`)
  return name
}

/** Keys are text, and values are passed on as they are. */
export const textToBytes = { key: Serdes.string, value: Serdes.bytes }
