import fc from 'fast-check'
import t from 'tap'
import { fromTwosComplement, toTwosComplement } from '../../../lib/serde/avro/decimal.ts'

/** What Java's `BigInteger.toByteArray` gives, digit by digit. */
function byteByByte(value: bigint): number[] {
  const bytes = [Number(BigInt.asUintN(8, value))]
  for (let rest = value >> 8n; BigInt.asIntN(8 * bytes.length, value) !== value; rest >>= 8n)
    bytes.unshift(Number(BigInt.asUintN(8, rest)))
  return bytes
}

/** Half of them at the limits of bytes, where lengths change. */
const integers = fc.oneof(
  fc.bigInt({ min: -(1n << 70n), max: 1n << 70n }),
  fc
    .tuple(fc.integer({ min: 0, max: 70 }), fc.integer({ min: -2, max: 2 }), fc.boolean())
    .map(([bits, near, negative]) => (negative ? -1n : 1n) * (1n << BigInt(bits)) + BigInt(near)),
)

t.test('an integer is as few bytes as it needs, and comes back', (t) => {
  fc.assert(
    fc.property(integers, (value) => {
      const bytes = toTwosComplement(value)!
      return [...bytes].join() === byteByByte(value).join() && fromTwosComplement(bytes) === value
    }),
    { numRuns: 5000 },
  )
  t.end()
})

t.test('an integer fills the size that is asked for, or is refused', async (t) => {
  t.same([...toTwosComplement(-2n, 4)!], [255, 255, 255, 254])
  t.same([...toTwosComplement(300n, 8)!], [0, 0, 0, 0, 0, 0, 1, 44])
  t.equal(toTwosComplement(300n, 1), undefined)
  t.equal(fromTwosComplement(new Uint8Array()), 0n)
})
