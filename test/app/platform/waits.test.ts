import t from 'tap'
import { Waits } from '../../../app/platform/waits.ts'

t.test('a service is not ready while it waits, and soon after it waits no longer', async (t) => {
  let now = 0
  const waits = new Waits(() => now)
  t.same(waits.check(), { isLive: true, reasons: [] })
  waits.note('The registry does not answer.')
  now = 2000
  waits.note('The documents cannot be written just now.')
  now = 4000
  waits.note('The registry does not answer.')
  t.same(waits.check().reasons, ['The documents cannot be written just now.', 'The registry does not answer.'])
  now = 7500
  t.same(waits.check().reasons, ['The registry does not answer.'], 'tries follow each other within two seconds')
  now = 9500
  t.same(waits.check(), { isLive: true, reasons: [] })
})
