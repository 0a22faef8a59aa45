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
