import t from 'tap'
import { StreamsBuilder } from '../../lib/dsl/streams-builder.ts'
import { topic } from '../../lib/model/topic.ts'
import { Serdes } from '../../lib/serde/serdes.ts'
import { simulate, SimulationError } from '../../lib/testing.ts'
import type { SimulateOptions } from '../../lib/testing.ts'

const orders = topic('orders', { key: Serdes.string, value: Serdes.json<number>() })
const seen = topic('seen', { key: Serdes.string, value: Serdes.json<number[]>() })

function orderNumbers(onRecord: () => void = () => undefined) {
  const builder = new StreamsBuilder()
  builder
    .stream(orders)
    .peek(onRecord)
    .groupByKey()
    .aggregate(
      () => [] as number[],
      (numbers, order) => (numbers.includes(order) ? numbers : [...numbers, order]),
      { store: 'seen', value: Serdes.json<number[]>() },
    )
    .toStream()
    .to(seen)
  return builder.build()
}

const options: SimulateOptions = {
  seed: 7,
  topics: { orders: 2, seen: 2 },
  feed: (send) => {
    for (let order = 0; order < 60; order++) send(orders, `customer-${order % 5}`, order)
  },
}

t.test("a user's topology runs through faults, and what comes of it can be read; the same seed does the same", async (t) => {
  const { read, faults, hash } = await simulate(orderNumbers(), options)
  const all = new Set(read(seen).flatMap(({ value }) => value ?? []))
  t.equal(all.size, 60, 'no order is lost')
  t.ok(faults.size > 0)
  t.equal((await simulate(orderNumbers(), options)).hash, hash)
})

t.test('a topology that fails is told, with the seed and all that happened', async (t) => {
  const failing = orderNumbers(() => {
    throw new Error('no orders today')
  })
  const config = { uncaughtExceptionHandler: () => 'shutdown-client' as const }
  const error = await simulate(failing, { ...options, faults: 0, config }).catch((reason: unknown) => reason)
  t.ok(error instanceof SimulationError)
  t.match(error, { name: 'SimulationError', seed: 7, message: /^Seed 7 of the simulation failed: .*no orders today/ })
  t.ok((error as SimulationError).trace.length > 100)
})

t.test('an option that does not exist is refused', async (t) => {
  await t.rejects(simulate(orderNumbers(), { ...options, sed: 1 } as SimulateOptions), { name: 'TypeError', message: /"sed"/ })
})
