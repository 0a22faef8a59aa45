import { noHeaders } from '../../../lib/model/headers.ts'
import type { Compression } from '../../../lib/transport/record-batch/produce-batch.ts'
import type { TransportCase } from './transport-case.ts'
import {
  bytes,
  client,
  limits,
  newTopic,
  openFetcher,
  openProducer,
  produceOptions,
  readAll,
  text,
  unique,
  write,
} from './transport-case.ts'

const compressions: readonly Compression[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd']

export const produceCases: Readonly<Record<string, TransportCase>> = {
  'a batch gets the next offsets': async (t, cluster) => {
    const topic = await newTopic(t, cluster)
    const producer = await openProducer(t, cluster)
    t.equal(await write(producer, topic, ['a', 'b']), 0)
    t.equal(await write(producer, topic, ['c']), 2)
    t.same(await readAll(await openFetcher(t, cluster), topic, 3), ['a', 'b', 'c'])
  },

  'overlapping sends stay in order, each once': async (t, cluster) => {
    const topic = await newTopic(t, cluster, 2)
    const producer = await openProducer(t, cluster)
    const numbers = Array.from({ length: 100 }, (_, index) => String(index))
    const offsets = await Promise.all(numbers.map((value, index) => write(producer, topic, [value], 1000, index % 2)))
    t.same(
      offsets,
      numbers.map((_, index) => Math.floor(index / 2)),
    )
    const fetcher = await openFetcher(t, cluster)
    t.same(
      await readAll(fetcher, topic, 50, 0, 0),
      numbers.filter((_, index) => index % 2 === 0),
    )
    t.same(
      await readAll(fetcher, topic, 50, 0, 1),
      numbers.filter((_, index) => index % 2 === 1),
    )
  },

  'a producer that is not idempotent writes as well': async (t, cluster) => {
    const topic = await newTopic(t, cluster)
    const producer = await cluster.producer({ ...client, ...produceOptions, idempotence: 'disabled', acks: 'leader' })
    t.equal(await write(producer, topic, ['a']), 0)
    await producer.close()
  },

  'nulls, empty bytes, headers and timestamps arrive as they were': async (t, cluster) => {
    const topic = await newTopic(t, cluster)
    const producer = await openProducer(t, cluster)
    const batch = producer.newBatch()
    const headers = [
      { key: 'trace', value: bytes('1') },
      { key: 'trace', value: null },
    ]
    batch.append(null, bytes(''), 5, headers)
    batch.append(bytes(''), null, 3, noHeaders)
    await producer.send({ topic, partition: 0 }, batch)
    const [fetched] = await (
      await openFetcher(t, cluster)
    ).fetch([{ topic, partition: 0, offset: 0 }], { ...limits, maxWaitMs: 500 })
    const [read] = fetched!.batches
    t.same([read!.key(0), text(read!.value(0)), read!.timestamp(0)], [null, '', 5])
    t.same([text(read!.key(1)), read!.value(1), read!.timestamp(1)], ['', null, 3])
    t.same(
      read!.headers(0).map(({ key, value }) => [key, text(value)]),
      [
        ['trace', '1'],
        ['trace', null],
      ],
    )
    t.same(read!.headers(1), [])
  },

  'all compressions are written and read': async (t, cluster) => {
    const topic = await newTopic(t, cluster)
    for (const compression of compressions)
      await write(await openProducer(t, cluster, compression), topic, [compression, 'x'.repeat(100_000)])
    const values = await readAll(await openFetcher(t, cluster), topic, 2 * compressions.length)
    t.same(
      values.filter((value) => value!.length < 100),
      compressions,
    )
  },

  'a topic or partition that is not there is refused': async (t, cluster) => {
    const topic = await newTopic(t, cluster)
    const producer = await cluster.producer({ ...client, ...produceOptions, requestTimeoutMs: 1000, deliveryTimeoutMs: 2000 })
    for (const [name, partition] of [
      [topic, 7],
      [unique('missing'), 0],
    ] as const)
      await t.rejects(write(producer, name, ['a'], 1000, partition), { name: 'TransportError', kind: 'retriable' })
    t.equal(await write(producer, topic, ['still usable']), 0)
    await producer.close()
  },

  'a batch beyond max.message.bytes is refused, and the next one is not': async (t, cluster) => {
    const topic = await newTopic(t, cluster, 1, { 'max.message.bytes': '2000' })
    const producer = await openProducer(t, cluster)
    await write(producer, topic, ['a'])
    await t.rejects(write(producer, topic, ['x'.repeat(5000)]), { code: 'TRANSPORT_MESSAGE_TOO_LARGE', kind: 'fatal' })
    t.equal(await write(producer, topic, ['b']), 1)
  },

  'a compacted topic refuses records without a key': async (t, cluster) => {
    const topic = await newTopic(t, cluster, 1, { 'cleanup.policy': 'compact' })
    const producer = await openProducer(t, cluster)
    const batch = producer.newBatch()
    batch.append(null, bytes('a'), 1000, noHeaders)
    await t.rejects(producer.send({ topic, partition: 0 }, batch), { code: 'TRANSPORT_INVALID_RECORD' })
  },
}
