import t from 'tap'
import { PartitionOrder } from '../../lib/transport/partition-order.ts'

const a = { topic: 'in', partition: 0 }
const b = { topic: 'in', partition: 1 }

/** A job that settles when it is told. */
function job(log: string[], name: string) {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const run = (): Promise<string> => {
    log.push(name)
    return promise
  }
  return { run, resolve: () => resolve(name), reject: () => reject(new Error(name)) }
}

t.test('jobs of a partition run one behind the other, those of others beside them', async (t) => {
  const order = new PartitionOrder()
  const log: string[] = []
  const [one, two, other] = [job(log, 'one'), job(log, 'two'), job(log, 'other')]
  const results = [order.run(a, one.run), order.run(a, two.run), order.run(b, other.run)]
  t.same(log, ['one', 'other'], 'the first job of a partition starts at once')
  one.resolve()
  await results[0]
  t.same(log, ['one', 'other', 'two'])
  two.resolve()
  other.resolve()
  t.same(await Promise.all(results), ['one', 'two', 'other'])
})

t.test('a job that fails is its own failure: the next one runs', async (t) => {
  const order = new PartitionOrder()
  const log: string[] = []
  const [one, two] = [job(log, 'one'), job(log, 'two')]
  const first = order.run(a, one.run)
  const second = order.run(a, two.run)
  one.reject()
  await t.rejects(first, { message: 'one' })
  two.resolve()
  t.equal(await second, 'two')
  const later = job(log, 'later')
  later.resolve()
  t.equal(await order.run(a, later.run), 'later')
})
