/** Blocks are measured in units of 8 bytes, so that a block's offset in units fits an int32. */
export const unitBytes = 8

/** The units of the largest block that shares its page with others: 16 KiB. */
export const largestShared = 2048

/**
 * The sizes of blocks, in units: 16 to 64 bytes in steps of 16, then four to a doubling. At most a fifth of a block is unused. Finer steps
 * would save less than they cost: values that grow would leave pages of each size behind them, with a few blocks in each.
 */
export const sizes: readonly number[] = [2, 4, 6, 8, ...[8, 16, 32, 64, 128, 256, 512, 1024].flatMap(quarters)]

/** The class of a block, by its units. */
const classes = Uint8Array.from({ length: largestShared + 1 }, (_, units) => sizes.findIndex((size) => size >= units))

/** The class of blocks that have room for so many units. At most `largestShared`. */
export function sizeClass(units: number): number {
  return classes[units]!
}

/** The units of this many bytes. */
export function unitsOf(bytes: number): number {
  return (bytes + unitBytes - 1) >>> 3
}

function quarters(size: number): number[] {
  return [1, 2, 3, 4].map((quarter) => size + (quarter * size) / 4)
}
