import t from 'tap'
import { seededChance } from '../../lib/clock/chance.ts'
import { ManualClock } from '../../lib/clock/manual-clock.ts'
import type { TopicPartition } from '../../lib/model/topic-partition.ts'
import { EmbeddedBroker } from '../../lib/transport/embedded/embedded-broker.ts'
import { IdempotentSession, namelessSession } from '../../lib/transport/producer-session.ts'
import { readableRanges } from '../../lib/transport/readable-ranges.ts'
import { sealed, sealedMarker } from './sealed-batches.ts'

const a = { topic: 'in', partition: 0 }
const b = { topic: 'in', partition: 1 }

const identity = { producerId: 7, producerEpoch: 0 }
const unasked = (): never => {
  throw new Error('nobody asked for an id')
}

t.test('one id for all partitions, and a sequence for each', (t) => {
  const session = new IdempotentSession({ identity, acquire: unasked })
  t.match(session.stamp(a, 3), { producerId: 7, producerEpoch: 0, baseSequence: 0, isTransactional: false })
  t.match(session.stamp(b, 5), { producerId: 7, baseSequence: 0 })
  t.match(session.stamp(a, 1), { baseSequence: 3 })
  t.match(session.stamp(b, 2 ** 31 - 5), { baseSequence: 5 })
  t.match(session.stamp(b, 1), { baseSequence: 0 }, 'sequences go round after 2^31 - 1')
  t.end()
})

t.test('an id is asked for once, whoever waits for it, and again after a failure', async (t) => {
  const answers = [Promise.reject(new Error('nobody there')), Promise.resolve(identity)]
  let asked = 0
  const session = new IdempotentSession({ acquire: () => answers[asked++]! })
  t.equal(session.isReadyFor(), false)
  t.throws(() => session.stamp(a, 1), TypeError)
  const waiting = [session.ready(), session.ready()]
  await t.rejects(waiting[0]!)
  await t.rejects(waiting[1]!)
  await Promise.all([session.ready(), session.ready()])
  t.equal(asked, 2)
  t.equal(session.isReadyFor(), true)
  await session.ready()
  t.equal(asked, 2)
})

t.test('sequences of a refused batch are free again', (t) => {
  const session = new IdempotentSession({ identity, acquire: unasked })
  session.stamp(a, 2)
  const refused = session.stamp(a, 3)
  session.takeBack(a, refused)
  t.match(session.stamp(a, 1), { producerEpoch: 0, baseSequence: 2 })
  t.end()
})

t.test('after a batch of unknown fate all partitions begin the next epoch, once', (t) => {
  const session = new IdempotentSession({ identity, acquire: unasked })
  const [lost, alsoLost] = [session.stamp(a, 2), session.stamp(b, 2)]
  session.abandon(lost)
  t.match(session.stamp(a, 1), { producerId: 7, producerEpoch: 1, baseSequence: 0 })
  session.abandon(alsoLost)
  session.takeBack(b, alsoLost)
  t.match(session.stamp(b, 4), { producerEpoch: 1, baseSequence: 0 }, 'its old stamp is of an epoch that is over')
  t.match(session.stamp(a, 1), { producerEpoch: 1, baseSequence: 1 })
  t.end()
})

t.test('after the last epoch there is another id', async (t) => {
  let nextId = 8
  const acquire = () => Promise.resolve({ producerId: nextId++, producerEpoch: 0 })
  const session = new IdempotentSession({ identity: { producerId: 7, producerEpoch: 32_767 }, acquire })
  session.abandon(session.stamp(a, 1))
  t.equal(session.isReadyFor(), false)
  await session.ready()
  t.match(session.stamp(a, 1), { producerId: 8, producerEpoch: 0, baseSequence: 0 })
})

t.test('a producer that is not idempotent has no name', async (t) => {
  await namelessSession.ready(a)
  t.match(namelessSession.stamp(a, 1), { producerId: -1, producerEpoch: -1, baseSequence: -1 })
})

/** What a transaction does with a session: all its batches are the session's, in whatever partition. */
class TestTransactions {
  readonly #broker: EmbeddedBroker
  readonly #session = new IdempotentSession({ identity, acquire: unasked })
  readonly #written = new Map<string, TopicPartition>()

  constructor(broker: EmbeddedBroker) {
    this.#broker = broker
  }

  write(at: TopicPartition, key: string): void {
    this.#written.set(`${at.partition}`, at)
    this.#broker.append(at, sealed([[key, 'x']], { stamp: { ...this.#session.stamp(at, 1), isTransactional: true } }))
  }

  end(type: 'commit' | 'abort'): void {
    for (const at of this.#written.values()) this.#broker.append(at, sealedMarker(type, identity.producerId))
    this.#written.clear()
  }
}

t.test('transactions one after the other have one session, over all partitions', (t) => {
  const broker = new EmbeddedBroker({
    clock: new ManualClock(0),
    chance: seededChance(1),
    store: null,
    autoCreatePartitions: null,
  })
  broker.createTopics([{ name: 'in', partitions: 2 }])
  const transactions = new TestTransactions(broker)
  for (const [type, keys] of [['commit', 'ab'], ['abort', 'cd'], ['commit', 'ef']] as const) {
    transactions.write(a, keys[0]!)
    transactions.write(b, keys[1]!)
    transactions.write(a, keys[0]!)
    transactions.end(type)
  } // prettier-ignore
  const seen = [a, b].map((at) => {
    const limits = {
      maxWaitMs: 0,
      minBytes: 1,
      maxBytes: 1e9,
      maxBytesPerPartition: 1e9,
      isolationLevel: 'read_committed',
    } as const
    const [fetched] = broker.read([{ ...at, offset: 0 }], limits)
    return readableRanges(fetched!, 0).flatMap(({ batch, from, end }) =>
      from === end ? [] : [`${Buffer.from(batch.key(0)!).toString()} ${batch.baseSequence}`],
    )
  })
  t.same(seen, [
    ['a 0', 'a 1', 'e 4', 'e 5'],
    ['b 0', 'f 2'],
  ])
  t.end()
})
