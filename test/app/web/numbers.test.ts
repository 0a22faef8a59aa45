import fc from 'fast-check'
import { test } from 'tap'
import { bytes, count, counted, duration, money, scaled, unscaled } from '../../../app/web/page/words/numbers.ts'

test('numbers have thousands, a real minus and their unit', async (t) => {
  t.equal(count(12_407), '12,407')
  t.equal(count(-1_234_567), '−1,234,567')
  t.equal(money('9999999999999999.99'), '9,999,999,999,999,999.99')
  t.equal(money('-37.2'), '−37.20')
  t.equal(money('abc'), 'abc')
  t.equal(counted(1, 'record'), '1 record')
  t.equal(counted(1_200, 'record'), '1,200 records')
  t.same([38, 1_240, 200_000].map(duration), ['38 ms', '1.2 s', '3 min 20 s'])
  t.same([46, 4_321, 12_345, 8 * 2 ** 20].map(bytes), ['46 B', '4.3 KB', '12 KB', '8.4 MB'])
})

test('sums of decimals are exact', async (t) => {
  t.equal(scaled(unscaled('9999999999999999.99') + unscaled('0.01') + unscaled('-0.02')), '9999999999999999.98')
  fc.assert(fc.property(fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n }), (value) => unscaled(scaled(value)) === value))
})
