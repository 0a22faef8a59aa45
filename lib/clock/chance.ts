import { randomUUID } from 'node:crypto'

/** Randomness, as a port. Member ids, process ids and jitter come from it. */
export interface Chance {
  /** Uniform in [0, 1). */
  float(): number
  /** A random UUID. */
  uuid(): string
}

export const systemChance: Chance = Object.freeze({ float: () => Math.random(), uuid: () => randomUUID() })

/** Chance for simulation and tests: the same seed gives the same sequence (mulberry32). */
export function seededChance(seed: number): Chance {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return (mixed ^ (mixed >>> 14)) >>> 0
  }
  const hex = (): string => next().toString(16).padStart(8, '0')
  return {
    float: () => next() / 2 ** 32,
    uuid: () => `${hex()}${hex()}${hex()}${hex()}`.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'),
  }
}
