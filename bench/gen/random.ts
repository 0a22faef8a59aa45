/** The random number of a place in a sequence: 32 bits, the same for the same seed and index on every machine. */
function randomAt(seed: number, index: number): number {
  let hash = Math.imul(index + 1, 0x9e3779b1) ^ Math.imul(seed, 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 16), 0x21f0aaad)
  hash = Math.imul(hash ^ (hash >>> 15), 0x735a2d97)
  return (hash ^ (hash >>> 15)) >>> 0
}

/** As `randomAt`, from 0 up to, and without, `below`. */
export function randomBelow(below: number, seed: number, index: number): number {
  return Math.floor((randomAt(seed, index) / 2 ** 32) * below)
}

/** How fast keys become rare: the second one is half as frequent as the first (1), or two thirds (0.5). */
export type Skew = 1 | 0.5

/** A prime, so that frequent keys are anywhere among numbers below a power of ten. */
const scatter = 7_368_787

/** As `randomBelow`, unevenly: the frequency of the k-th number is about 1 / k^skew (Zipf). */
export function skewedBelow(below: number, skew: Skew, seed: number, index: number): number {
  const place = (randomAt(seed, index) + 0.5) / 2 ** 32
  const rank = skew === 1 ? Math.floor((below + 1) ** place) - 1 : Math.floor(below * place ** 2)
  return (Math.min(rank, below - 1) * scatter) % below
}
