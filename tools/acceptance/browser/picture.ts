import pixelmatch from 'pixelmatch'
import { PNG } from 'pngjs'

/** Where a picture may be any: its canvas moves. */
export interface Region {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export interface Difference {
  /** The most pixels that differ within any square of 32 × 32; the size of the picture, where that is another. */
  readonly pixels: number
  /** The picture with what differs in red. */
  readonly shown: Buffer
}

/**
 * How far two pictures are from each other. A square is the measure, not the sum: a word that is gone counts where it stood, however large
 * the page is, and edges of letters that another build of the browser smooths in its own way do not add up.
 */
export function differenceOf(picture: Buffer, baseline: Buffer, free: readonly Region[] = []): Difference {
  const [mine, theirs] = [PNG.sync.read(picture), PNG.sync.read(baseline)]
  const { width, height } = mine
  if (width !== theirs.width || height !== theirs.height) return { pixels: width * height, shown: picture }
  const shown = new PNG({ width, height })
  const options = { threshold: 0.1, windowSize: 32, ignoreMask: maskOf(width, height, free) }
  const pixels = pixelmatch(mine.data, theirs.data, shown.data, width, height, options)
  return { pixels, shown: PNG.sync.write(shown) }
}

function maskOf(width: number, height: number, free: readonly Region[]): Uint8Array {
  const mask = new Uint8Array(width * height)
  for (const { x, y, width: wide, height: high } of free)
    for (let row = Math.max(0, Math.floor(y)); row < Math.min(height, Math.ceil(y + high)); row++)
      mask.fill(1, row * width + Math.max(0, Math.floor(x)), row * width + Math.min(width, Math.ceil(x + wide)))
  return mask
}
