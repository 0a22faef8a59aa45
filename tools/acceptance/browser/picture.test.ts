import { PNG } from 'pngjs'
import t from 'tap'
import { differenceOf } from './picture.ts'

/** A white picture with black rectangles. */
function picture(...black: readonly (readonly [x: number, y: number, width: number, height: number])[]): Buffer {
  const png = new PNG({ width: 200, height: 100 })
  png.data.fill(255)
  for (const [left, top, width, height] of black)
    for (let y = top; y < top + height; y++)
      for (let x = left; x < left + width; x++) png.data.fill(0, (y * 200 + x) * 4, (y * 200 + x) * 4 + 3)
  return PNG.sync.write(png)
}

await t.test('what is there, or is not, counts where it stands', async (t) => {
  const before = picture([20, 20, 40, 10])
  t.equal(differenceOf(before, before).pixels, 0)
  t.equal(differenceOf(picture([20, 20, 40, 10], [120, 60, 8, 8]), before).pixels, 64)
  t.ok(differenceOf(picture(), before).pixels > 256, 'a bar that is gone')
})

await t.test('single pixels far from each other do not add up', async (t) => {
  t.equal(differenceOf(picture([10, 10, 1, 1], [90, 10, 1, 1], [170, 90, 1, 1]), picture()).pixels, 1)
})

await t.test('what moves is left out, and another size is all of it', async (t) => {
  const moving = { x: 118.5, y: 58.5, width: 12, height: 12 }
  t.equal(differenceOf(picture([120, 60, 8, 8]), picture(), [moving]).pixels, 0)
  const smaller = PNG.sync.write(new PNG({ width: 100, height: 100 }))
  t.equal(differenceOf(picture(), smaller).pixels, 20_000)
})
