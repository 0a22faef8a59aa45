import * as fc from 'fast-check'
import t from 'tap'
import { parseIsoTime } from '../../../lib/serde/connect/iso-time.ts'

t.test('a time is read as the machine reads it', async () => {
  const time = fc.date({ min: new Date('0000-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true })
  fc.assert(fc.property(time, (date) => parseIsoTime(date.toISOString()) === date.getTime()))
})

t.test('zones, fractions and seconds without a fraction', async (t) => {
  const ms = Date.UTC(2026, 10, 22, 10, 0, 5)
  for (const text of [
    '2026-11-22T10:00:05Z',
    '2026-11-22 11:30:05+01:30',
    '2026-11-22T06:00:05-0400',
    '2026-11-22T10:00:05.000999999Z',
  ])
    t.equal(parseIsoTime(text), ms, text)
  t.equal(parseIsoTime('2026-11-22T10:00:05.1Z'), ms + 100)
})

t.test('what is no time, or no day of the calendar, is none', async (t) => {
  for (const text of [
    '',
    'soon',
    '1',
    '2026-11-22',
    '2026-11-22T10:00:05',
    '2026-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-11-22T24:00:00Z',
  ])
    t.equal(parseIsoTime(text), undefined, text)
  t.ok(parseIsoTime('2024-02-29T00:00:00Z'))
})
