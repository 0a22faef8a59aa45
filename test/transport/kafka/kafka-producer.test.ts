import fc from 'fast-check'
import t from 'tap'
import { ManualClock } from '../../../lib/clock/manual-clock.ts'
import type { TopicPartition } from '../../../lib/model/topic-partition.ts'
import type { EmbeddedBroker } from '../../../lib/transport/embedded/embedded-broker.ts'
import { produce } from '../../../lib/transport/kafka/wire/apis/produce.ts'
import { decodeRequest, encodeResponse } from '../../../lib/transport/kafka/wire/messages.ts'
import type { RequestFrame } from '../../../lib/transport/kafka/connection/connection.ts'
import type { Producer, ProduceResult } from '../../../lib/transport/producer.ts'
import type { RecordBatch } from '../../../lib/transport/record-batch/record-batch.ts'
import { decodeRecordBatch } from '../../../lib/transport/record-batch/decode-record-batches.ts'
import { noHeaders } from '../../../lib/model/headers.ts'
import { limits, produceOptions } from '../../conformance/transport/transport-case.ts'
import { fakeCluster } from './fake-cluster.ts'
import type { Fate } from './fake-connection.ts'
import { api } from './wire-broker.ts'

const a = { topic: 'in', partition: 0 }
const b = { topic: 'in', partition: 1 }

/** A producer whose produce requests have the fates that are given, one after the other; then all is well. */
async function open(fates: (Fate | ((frame: RequestFrame) => Fate))[] = [], deliveryTimeoutMs = 5000) {
  const clock = new ManualClock(0)
  const fateOf = (frame: RequestFrame): Fate => {
    if (frame.apiKey !== api.produce) return 'answer'
    const fate = fates.shift() ?? 'answer'
    return typeof fate === 'function' ? fate(frame) : fate
  }
  const { cluster, embedded, connections } = fakeCluster(fateOf, clock)
  embedded.createTopics([{ name: 'in', partitions: 2, config: { 'max.message.bytes': '1000' } }])
  const opening = cluster.producer({ clientId: 'test', ...produceOptions, requestTimeoutMs: 500, deliveryTimeoutMs })
  const producer = await throughTime(clock, opening)
  const stamps = () =>
    batchesOf(connections.requests).map(({ producerId, producerEpoch, baseSequence }) =>
      [producerId, producerEpoch, baseSequence].join(),
    )
  return { clock, embedded, producer, stamps, requests: connections.requests }
}

/** Lets time pass until the promise settles. */
async function throughTime<T>(clock: ManualClock, promise: Promise<T>): Promise<T> {
  let isOver = false
  const over = (): void => void (isOver = true)
  promise.then(over, over)
  while (!isOver) {
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
    clock.advance(50)
  }
  return promise
}

function send(producer: Producer, at: TopicPartition, ...keys: string[]): Promise<ProduceResult> {
  const batch = producer.newBatch()
  for (const key of keys) batch.append(Buffer.from(key), null, 0, noHeaders)
  return producer.send(at, batch)
}

function batchesOf(requests: readonly RequestFrame[]): RecordBatch[] {
  const sent = requests.filter(({ apiKey }) => apiKey === api.produce)
  const partitions = sent.flatMap((frame) => producedIn(frame).flatMap(({ partitionData }) => partitionData))
  return partitions.map(({ records }) => decodeRecordBatch(records!))
}

function producedIn({ apiVersion, body }: RequestFrame) {
  return decodeRequest(produce, apiVersion, body).topicData
}

/** An answer that refuses the whole request. */
function refusing(errorCode: number): (frame: RequestFrame) => Fate {
  return (frame) => {
    const responses = producedIn(frame).map(({ name, partitionData }) => ({
      name,
      partitionResponses: partitionData.map(({ index }) => ({ index, errorCode, baseOffset: -1 })),
    }))
    return encodeResponse(produce, frame.apiVersion, { responses })
  }
}

function keysOf(embedded: EmbeddedBroker, at: TopicPartition): string[] {
  const [fetched] = embedded.read([{ ...at, offset: 0 }], { ...limits, maxBytesPerPartition: 1e9 })
  return (fetched?.batches ?? []).flatMap((batch) =>
    Array.from({ length: batch.count }, (_, index) => Buffer.from(batch.key(index)!).toString()),
  )
}

t.test('all partitions are written under one id', async (t) => {
  const { clock, producer, stamps, requests } = await open()
  await throughTime(clock, Promise.all([send(producer, a, 'a', 'b'), send(producer, b, 'c')]))
  await throughTime(clock, Promise.all([send(producer, a, 'd'), send(producer, b, 'e')]))
  t.same(stamps(), ['0,0,0', '0,0,0', '0,0,2', '0,0,1'])
  t.equal(requests.filter(({ apiKey }) => apiKey === api.initProducerId).length, 1)
  t.equal(requests.filter(({ apiKey }) => apiKey === api.produce).length, 2, 'what is sent together goes in one request')
})

for (const fate of ['lose-request', 'lose-answer', 'never'] as const)
  t.test(`${fate}: the batch is sent again with its stamp, and stands in the log once`, async (t) => {
    const { clock, embedded, producer, stamps } = await open([fate])
    const sends = Promise.all([send(producer, a, 'a'), send(producer, a, 'b')])
    t.same(await throughTime(clock, sends), [{ baseOffset: 0 }, { baseOffset: 1 }])
    t.same(keysOf(embedded, a), ['a', 'b'])
    t.same(stamps(), ['0,0,0', '0,0,0', '0,0,1'])
  })

t.test('a batch of unknown fate is given up: the next epoch keeps its late arrival out', async (t) => {
  let late: Buffer | undefined
  const holdBack = (frame: RequestFrame): Fate => {
    late ??= Buffer.from(producedIn(frame)[0]!.partitionData[0]!.records!)
    return 'never'
  }
  const { clock, embedded, producer, stamps } = await open([holdBack, holdBack, holdBack], 1000)
  const lost = send(producer, a, 'lost')
  const next = send(producer, a, 'next')
  await t.rejects(throughTime(clock, lost), { code: 'TRANSPORT_NETWORK_EXCEPTION', kind: 'retriable' })
  await throughTime(clock, next).catch(() => undefined)
  await throughTime(clock, send(producer, a, 'last'))
  t.equal(stamps().at(-1)?.split(',')[1] === '0', false, 'under a higher epoch')
  t.throws(() => embedded.append(a, late!), { code: 'TRANSPORT_INVALID_PRODUCER_EPOCH' })
  t.notOk(keysOf(embedded, a).includes('lost'))
})

t.test('another partition keeps the stamp of its batch under way when the epoch is raised', async (t) => {
  const { clock, embedded, producer, stamps } = await open([refusing(45), 'lose-answer'])
  await throughTime(clock, send(producer, a, 'a'))
  await throughTime(clock, Promise.all([send(producer, a, 'b'), send(producer, b, 'c')]))
  await throughTime(clock, Promise.all([send(producer, a, 'd'), send(producer, b, 'e')]))
  t.same(keysOf(embedded, a), ['a', 'b', 'd'])
  t.same(keysOf(embedded, b), ['c', 'e'])
  t.equal(stamps()[0], '0,0,0')
  t.equal(stamps()[1], '0,1,0', 'the broker had lost the sequence: the batch goes again, under the next epoch')
})

for (const errorCode of [45, 47, 59])
  t.test(`error ${errorCode}: the broker lost the sequence, and the batch goes under the next epoch at once`, async (t) => {
    const { clock, embedded, producer, stamps } = await open(['answer', refusing(errorCode)])
    await throughTime(clock, send(producer, a, 'a'))
    t.same(await throughTime(clock, send(producer, a, 'b')), { baseOffset: 1 })
    await throughTime(clock, send(producer, a, 'c'))
    t.same(keysOf(embedded, a), ['a', 'b', 'c'])
    t.same(stamps(), ['0,0,0', '0,0,1', '0,1,0', '0,1,1'])
  })

t.test('a batch that the broker refuses leaves no gap', async (t) => {
  const { clock, embedded, producer, stamps } = await open()
  await throughTime(clock, send(producer, a, 'a'))
  const tooLarge = send(producer, a, 'x'.repeat(2000))
  const next = send(producer, a, 'b')
  await t.rejects(throughTime(clock, tooLarge), { code: 'TRANSPORT_MESSAGE_TOO_LARGE', kind: 'fatal' })
  t.same(await throughTime(clock, next), { baseOffset: 1 })
  t.same(keysOf(embedded, a), ['a', 'b'])
  t.same(stamps(), ['0,0,0', '0,0,1', '0,0,1'])
})

t.test('closing rejects what is under way and what waits behind it', async (t) => {
  const { producer } = await open(['never'])
  const sends = [send(producer, a, 'a'), send(producer, a, 'b'), send(producer, b, 'c')]
  await producer.close()
  for (const sent of sends) await t.rejects(sent, { code: 'TRANSPORT_CLOSED' })
  await t.rejects(send(producer, a, 'd'), { code: 'TRANSPORT_CLOSED' })
})

t.test('whatever happens to requests: what is acknowledged stands once and in order, what failed at most once', async (t) => {
  const fates = fc.array(fc.constantFrom<Fate>('answer', 'answer', 'lose-request', 'lose-answer', 'never'), { maxLength: 12 })
  const parts = fc.array(fc.constantFrom(a, b), { minLength: 1, maxLength: 8 })
  await fc.assert(
    fc.asyncProperty(fates, parts, fc.constantFrom(700, 2000), async (script, places, deliveryTimeoutMs) => {
      const { clock, embedded, producer } = await open([...script], deliveryTimeoutMs)
      const sent = places.map((at, index) => ({ at, key: `${index}`, outcome: send(producer, at, `${index}`) }))
      const outcomes = await throughTime(clock, Promise.allSettled(sent.map(({ outcome }) => outcome)))
      for (const at of [a, b]) {
        const keys = keysOf(embedded, at)
        if (new Set(keys).size !== keys.length) throw new Error(`twice in the log: ${keys.join()}`)
        const acknowledged = sent
          .filter((each, index) => each.at === at && outcomes[index]!.status === 'fulfilled')
          .map(({ key }) => key)
        const seen = keys.filter((key) => acknowledged.includes(key))
        if (seen.join() !== acknowledged.join()) throw new Error(`acknowledged ${acknowledged.join()}, in the log ${keys.join()}`)
      }
      await producer.close()
    }),
    { numRuns: 60 },
  )
  t.pass('for all faults')
})
