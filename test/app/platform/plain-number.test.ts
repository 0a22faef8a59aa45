import t from 'tap'
import { plainNumber } from '../../../app/platform/plain-number.ts'

t.test('a number is what JSON writes for it, and no other text', async (t) => {
  for (const text of ['0', '7', '-1', '1.50', '9007199254740991']) t.equal(plainNumber(text), Number(text), text)
  for (const text of ['', ' ', ' 7', '7 ', '+7', '007', '1e3', '0x10', '1.', '.5', '1_000', 'NaN', 'Infinity', '٣'])
    t.ok(Number.isNaN(plainNumber(text)), JSON.stringify(text))
})
