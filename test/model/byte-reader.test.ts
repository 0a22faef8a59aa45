import fc from 'fast-check'
import t from 'tap'
import { ByteReader } from '../../lib/model/byte-reader.ts'

class BrokenBytes extends Error {
  override readonly name = 'BrokenBytes'
}

const reader = (hex: string) => new ByteReader(Buffer.from(hex, 'hex'), (what) => new BrokenBytes(what))

t.test('numbers are big-endian, and read one after the other', (t) => {
  const bytes = reader('ff' + 'ff' + 'fffe' + '80000000' + '001fffffffffffff' + '6162')
  t.same([bytes.int8(), bytes.uint8(), bytes.int16(), bytes.int32(), bytes.int64()], [-1, 255, -2, -(2 ** 31), 2 ** 53 - 1])
  t.equal(bytes.isAtEnd, false)
  t.equal(bytes.rest().toString(), 'ab')
  t.equal(bytes.utf8(2), 'ab')
  t.equal(bytes.isAtEnd, true)
  t.end()
})

t.test('negative int64s, and those beyond 2^53', (t) => {
  t.equal(reader('ffffffffffffffff').int64(), -1)
  t.equal(reader('7fffffffffffffff').int64(), 2 ** 63)
  t.end()
})

t.test('a read beyond the end, or of a negative length, is the error of the format', (t) => {
  t.throws(() => reader('00').int16(), { name: 'BrokenBytes', message: '2 bytes at 0 are beyond its 1 bytes' })
  t.throws(() => reader('0000').slice(3), { name: 'BrokenBytes' })
  t.throws(() => reader('0000').slice(-1), { name: 'BrokenBytes' })
  t.throws(() => reader('0000').utf8(-5), { name: 'BrokenBytes' })
  const bytes = reader('0001')
  t.throws(() => bytes.int32(), { name: 'BrokenBytes' })
  t.equal(bytes.int16(), 1, 'a failed read takes nothing')
  t.end()
})

t.test('a wrong count ends with the bytes', (t) => {
  const bytes = reader('0102')
  t.throws(() => bytes.items(2 ** 31, (each) => each.int8()), { name: 'BrokenBytes' })
  t.same(
    reader('').items(-1, (each) => each.int8()),
    [],
  )
  t.end()
})

t.test('an int64 is read as it was written', (t) => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), (value) => {
      const bytes = Buffer.alloc(8)
      bytes.writeBigInt64BE(BigInt(value))
      return new ByteReader(bytes, (what) => new BrokenBytes(what)).int64() === value
    }),
  )
  t.pass('for all safe integers')
  t.end()
})
