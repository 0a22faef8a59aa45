import { seededChance } from '../../../lib/clock/chance.ts'

/** A seeded source of choices: the same seed, the same scenarios. */
export class Dice {
  readonly #float: () => number

  constructor(seed: number) {
    this.#float = seededChance(seed).float
  }

  /** Between both, which are included. */
  int(low: number, high: number): number {
    return low + Math.floor(this.#float() * (high - low + 1))
  }

  chance(probability: number): boolean {
    return this.#float() < probability
  }

  pick<T>(items: readonly T[]): T {
    const item = items[this.int(0, items.length - 1)]
    if (item === undefined) throw new RangeError('There is nothing to pick from.')
    return item
  }

  /** The value, or undefined: an argument that is left out. */
  maybe<T>(probability: number, value: () => T): T | undefined {
    return this.chance(probability) ? value() : undefined
  }

  /** As `pick`, where some are likelier; weights need no particular sum. */
  weighted<T>(items: readonly (readonly [weight: number, item: T])[]): T {
    let left = this.#float() * items.reduce((sum, [weight]) => sum + weight, 0)
    return (items.find(([weight]) => (left -= weight) < 0) ?? items.at(-1)!)[1]
  }
}
