import fc from 'fast-check'
import t from 'tap'
import {
  copiedHashSetOrder,
  hashSetOrder,
  javaBytesHashCode,
  javaHashCode,
  JavaHashSet,
  JavaTreeSet,
} from '../../lib/model/java-hash-order.ts'

t.test('hash codes are those of java.lang.String', async (t) => {
  t.equal(javaHashCode(''), 0)
  t.equal(javaHashCode('a'), 97)
  t.equal(javaHashCode('polygenelubricants'), -2147483648)
})

t.test('hash codes of bytes are those of java.util.Arrays', async (t) => {
  t.equal(javaBytesHashCode(''), 1)
  t.equal(javaBytesHashCode('k'), 138)
  t.equal(javaBytesHashCode('\xff'), 30, 'bytes are signed')
})

t.test('a set that had grown keeps its order when it is cleared and filled again', async (t) => {
  const set = new JavaHashSet()
  for (let index = 0; index < 13; index++) set.add(String.fromCharCode(index))
  set.clear()
  for (const element of ['\x10', '\x01']) set.add(element)
  t.strictSame([...set], ['\x01', '\x10'], 'in a table of 32 rather than 16')
  t.strictSame(hashSetOrder(['\x10', '\x01']), ['\x10', '\x01'])
})

t.test('a set keeps each element once, however it was made', async () => {
  fc.assert(
    fc.property(fc.array(fc.string()), (names) => {
      const expected = [...new Set(names)].toSorted()
      t.strictSame(hashSetOrder(names).toSorted(), expected)
      t.strictSame(copiedHashSetOrder(names).toSorted(), expected)
    }),
    { numRuns: 50 },
  )
})

t.test('order does not depend on the order of adding, but for names that share a bucket', async (t) => {
  t.strictSame(hashSetOrder(['c', 'a', 'b']), ['a', 'b', 'c'])
  t.strictSame(hashSetOrder(['Aa', 'BB']), ['Aa', 'BB'], 'equal hash codes')
  t.strictSame(hashSetOrder(['BB', 'Aa']), ['BB', 'Aa'], 'equal hash codes')
})

t.test('a tree whose order stays is sorted', async (t) => {
  fc.assert(
    fc.property(fc.array(fc.integer()), (numbers) => {
      const tree = new JavaTreeSet<number>((left, right) => left - right)
      for (const number of numbers) tree.add(number)
      t.strictSame(
        [...tree],
        [...new Set(numbers)].toSorted((left, right) => left - right),
      )
    }),
    { numRuns: 50 },
  )
})
