import t from 'tap'
import { digestOf, type Comparison } from '../../bench/verify/digest.ts'

type Entry = readonly [key: string | null, value: string | null, timestamp: number]

function textOf(comparison: Comparison, entries: readonly Entry[]): string {
  const digest = digestOf(comparison)
  const bytes = (text: string | null): Uint8Array | null => (text === null ? null : Buffer.from(text))
  for (const [key, value, timestamp] of entries) digest.add(bytes(key), bytes(value), timestamp)
  return digest.text()
}

const entries: readonly Entry[] = [
  ['a', '1', 10],
  ['b', '2', 20],
  ['a', '3', 30],
]

t.test('a digest of all records does not depend on their order, and on everything else', async (t) => {
  const of = (changed: readonly Entry[]): string => textOf('every record', changed)
  t.equal(of(entries.toReversed()), of(entries))
  const others: Readonly<Record<string, readonly Entry[]>> = {
    'a record less': entries.slice(1),
    'a record twice': [...entries, entries[0]!],
    'another key': [['c', '1', 10], ...entries.slice(1)],
    'no key': [[null, '1', 10], ...entries.slice(1)],
    'another value': [['a', '2', 10], ...entries.slice(1)],
    'no value': [['a', null, 10], ...entries.slice(1)],
    'no bytes': [['a', '', 10], ...entries.slice(1)],
    'another time': [['a', '1', 11], ...entries.slice(1)],
    'values changed about': [['a', '2', 10], ['b', '1', 20], entries[2]!],
  }
  const digests = [of(entries), ...Object.values(others).map(of)]
  t.equal(new Set(digests).size, digests.length, JSON.stringify(digests))
})

t.test('a digest of a table sees the last record of each key, however often the key was written', async (t) => {
  const of = (changed: readonly Entry[]): string => textOf('last value of each key', changed)
  t.equal(of(entries), of(entries.slice(1)), 'an earlier record of a key is no matter')
  t.equal(of([entries[0]!, entries[2]!, entries[1]!]), of(entries), 'nor is the order of keys')
  t.not(of([entries[2]!, entries[1]!, entries[0]!]), of(entries), 'the order within a key is')
  t.not(of([...entries, ['b', null, 40]]), of(entries), 'a deleted row is seen')
})

t.test('a digest of rows sees what is left, whenever it was; that of counts adds them up', async (t) => {
  const rows = (changed: readonly Entry[]): string => textOf('rows that are left', changed)
  t.equal(rows([['a', '3', 31], entries[1]!]), rows(entries), 'times and steps are no matter')
  t.equal(rows([...entries, ['c', '1', 1], ['c', null, 2]]), rows(entries), 'nor is what was deleted')
  t.not(rows([...entries, ['b', null, 40]]), rows(entries))
  const long = (count: number): string => String.fromCharCode(0, 0, 0, 0, 0, 0, 0, count)
  const counts: readonly Entry[] = [
    ['a', long(1), 1],
    ['b', long(5), 2],
    ['a', long(2), 3],
  ]
  t.equal(textOf('sum of counts that are left', counts), '7 in all')
})
