import t from 'tap'
import { PunctuationQueue } from '../../../lib/runtime/task/punctuation-queue.ts'

function open() {
  const queue = new PunctuationQueue()
  const ran: string[] = []
  const punctuate = (now: number) => queue.punctuate(now, (node, time, punctuator) => (ran.push(node), punctuator(time)))
  return { queue, ran, punctuate }
}

const nothing = (): void => undefined

t.test('punctuations run when they are due, and in the order in which they are', (t) => {
  const { queue, ran, punctuate } = open()
  queue.schedule('slow', 20, 20, nothing)
  queue.schedule('quick', 10, 10, nothing)
  t.equal(queue.nextMs, 10)
  t.notOk(punctuate(9))
  t.ok(punctuate(20))
  t.same(ran, ['quick', 'slow'])
  t.equal(queue.nextMs, 30)
  t.end()
})

t.test('intervals that were missed are one call, and the rhythm stays', (t) => {
  const { queue, ran, punctuate } = open()
  queue.schedule('node', 10, 10, nothing)
  punctuate(57)
  t.same(ran, ['node'])
  t.equal(queue.nextMs, 60)
  t.end()
})

t.test('a punctuation that is cancelled does not run, also by itself, or by one that runs before it', (t) => {
  const { queue, ran, punctuate } = open()
  const own = queue.schedule('once', 10, 10, () => own.cancel())
  const later = queue.schedule('never', 12, 10, nothing)
  queue.schedule('cancels', 11, 100, () => later.cancel())
  punctuate(12)
  punctuate(30)
  t.same(ran, ['once', 'cancels'])
  t.end()
})

t.test('an interval of less than a millisecond is refused', (t) => {
  for (const intervalMs of [0, -1, NaN]) t.throws(() => open().queue.schedule('node', 0, intervalMs, nothing), TypeError)
  t.equal(open().queue.nextMs, Infinity)
  t.end()
})

t.test('a clock that is set back delays no punctuation by more than its interval, and the rhythm stays', (t) => {
  const { queue, ran, punctuate } = open()
  queue.schedule('often', 1005, 10, nothing)
  queue.schedule('seldom', 1500, 1000, nothing)
  punctuate(1008)
  t.equal(queue.nextMs, 1015)
  t.notOk(punctuate(101), 'it is not due at once')
  t.equal(queue.nextMs, 105)
  for (let now = 102; now <= 600; now++) punctuate(now)
  t.equal(ran.filter((node) => node === 'often').length, 1 + 50)
  t.equal(ran.filter((node) => node === 'seldom').length, 1)
  t.end()
})

t.test('a clock that is set back lets no punctuation fire before its start', (t) => {
  const { queue, ran, punctuate } = open()
  queue.schedule('node', 1000, 10, nothing, 1000)
  punctuate(1001)
  punctuate(500)
  t.equal(queue.nextMs, 1000)
  punctuate(999)
  punctuate(1000)
  t.same(ran, ['node', 'node'])
  t.end()
})

t.test('a clock that is set forward is one call, as intervals that were missed are', (t) => {
  const { queue, ran, punctuate } = open()
  queue.schedule('node', 10, 10, nothing)
  punctuate(3_600_005)
  punctuate(3_600_006)
  t.same(ran, ['node'])
  t.equal(queue.nextMs, 3_600_010)
  t.end()
})
