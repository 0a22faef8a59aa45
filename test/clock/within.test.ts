import { getEventListeners } from 'node:events'
import t from 'tap'
import { ManualClock } from '../../lib/clock/manual-clock.ts'
import { endsWithin, unlessAborted, within } from '../../lib/clock/within.ts'

function open() {
  const clock = new ManualClock(0)
  const controller = new AbortController()
  const options = { clock, limitMs: 1000, late: () => new Error('Too late.'), signal: controller.signal }
  return { clock, controller, options }
}

t.test('work that ends in time gives its result, or its error', async (t) => {
  const { clock, options } = open()
  t.equal(await within(Promise.resolve(1), options), 1)
  await t.rejects(within(Promise.reject(new Error('boom')), options), { message: 'boom' })
  clock.advance(5000)
})

t.test('work that takes longer is too late', async (t) => {
  const { clock, options } = open()
  const late = within(new Promise(() => undefined), options)
  clock.advance(1000)
  await t.rejects(late, { message: 'Too late.' })
})

t.test('when nobody waits any more, nothing is too late', async (t) => {
  const { clock, controller, options } = open()
  let settled = false
  const settle = () => (settled = true)
  within(new Promise(() => undefined), options).then(settle, settle)
  controller.abort()
  clock.advance(5000)
  await new Promise((resolve) => setImmediate(resolve))
  t.notOk(settled)
})

t.test('work ends within the time or not, and nothing waits for the time any more when it has ended', async (t) => {
  const clock = new ManualClock(0)
  t.equal(await endsWithin(Promise.resolve(), 1000, clock), true)
  await t.rejects(endsWithin(Promise.reject(new Error('boom')), 1000, clock), { message: 'boom' })
  const late = Promise.withResolvers<void>()
  const isInTime = endsWithin(late.promise, 1000, clock)
  clock.advance(1000)
  t.equal(await isInTime, false)
  late.reject(new Error('Nobody waits for this error any more.'))
  const forEver = endsWithin(new Promise<void>((resolve) => void clock.schedule(1e9, resolve)), Infinity, clock)
  clock.advance(1e9)
  t.equal(await forEver, true)
})

t.test('work that settles before a signal leaves nothing at the signal', async (t) => {
  const { signal } = new AbortController()
  for (let count = 0; count < 10; count++) t.equal(await unlessAborted(Promise.resolve(count), signal), count)
  await t.rejects(unlessAborted(Promise.reject(new Error('boom')), signal), { message: 'boom' })
  await new Promise((resolve) => setImmediate(resolve))
  t.equal(getEventListeners(signal, 'abort').length, 0)
})

t.test('a signal ends the wait for work, whatever becomes of the work', async (t) => {
  const controller = new AbortController()
  const work = Promise.withResolvers<number>()
  const waiting = unlessAborted(work.promise, controller.signal)
  controller.abort()
  t.equal(await waiting, undefined)
  work.reject(new Error('nobody hears it'))
  t.equal(await unlessAborted(new Promise(() => undefined), controller.signal), undefined)
  t.equal(await unlessAborted(Promise.resolve(1), controller.signal), 1, 'work that is done counts')
})
