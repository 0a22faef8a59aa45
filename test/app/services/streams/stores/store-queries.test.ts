import t from 'tap'
import type { Test } from 'tap'
import { KafkaStreams, Serdes, SessionWindows, StreamsBuilder, TimeWindows, openProducer, topic } from 'millrace'
import { keyValueStore, versionedKeyValueStore } from 'millrace'
import type { KeyValueStore, Processor, ProcessorContext, Serde, VersionedKeyValueStore } from 'millrace'
import { EmbeddedKafka } from 'millrace/embedded'
import { Flow } from '../../../../../app/services/streams/flow.ts'
import { StoreQueries } from '../../../../../app/services/streams/stores/store-queries.ts'
import type { StoreQuestion } from '../../../../../app/services/streams/stores/store-queries.ts'
import { silentLogger } from '../../../../../lib/runtime/logger.ts'
import { createTopics, until } from '../../../../runtime/running.ts'

const orders = topic('orders', { key: Serdes.string, value: Serdes.json<{ readonly amount: number }>() })

/** A release that reads other bytes than the one before wrote. */
let isOtherRelease = false
const counted: Serde<number> = {
  name: 'counted',
  serialize: (value) => Buffer.from(String(value)),
  deserialize(stored) {
    if (isOtherRelease) throw new Error('They are no count of this release.')
    return Number(Buffer.from(stored).toString())
  },
}

function topology() {
  const builder = new StreamsBuilder()
  const perKey = builder.stream(orders).groupByKey()
  perKey.count({ store: 'counts', key: Serdes.string })
  perKey
    .windowedBy(TimeWindows.of({ sizeMs: 60_000, graceMs: 600_000 }))
    .aggregate(() => 0, (sum, { amount }) => sum + amount, { store: 'per-minute', key: Serdes.string, value: counted }) // prettier-ignore
  perKey.windowedBy(SessionWindows.of({ gapMs: 10_000, graceMs: 600_000 })).count({ store: 'sessions', key: Serdes.string })
  const versions = versionedKeyValueStore('versions', { key: orders.key, value: orders.value, historyRetentionMs: 3_600_000 })
  const numbers = keyValueStore('numbers', { key: Serdes.long, value: Serdes.bytes })
  builder.stream(orders, { name: 'again' }).process(
    (): Processor<string, { readonly amount: number }, unknown, unknown> => {
      let context: ProcessorContext<unknown, unknown>
      return {
        init: (given) => void (context = given),
        process({ key, value, timestamp }) {
          ;(context.stateStore('versions') as VersionedKeyValueStore<string, object>).put(key, value, timestamp)
          ;(context.stateStore('numbers') as KeyValueStore<number, Uint8Array>).put(
            value.amount,
            Buffer.from([value.amount, 255]),
          )
        },
      }
    },
    { stores: [versions, numbers] },
  )
  return builder.build()
}

t.test('rows of a store', async (t) => {
  await using cluster = await EmbeddedKafka.open()
  await createTopics(cluster, { orders: 3 })
  const built = topology()
  const config = { applicationId: 'app', cluster, logger: silentLogger, pollMs: 10, statestoreCacheMaxBytes: 0 }
  await using streams = new KafkaStreams(built, config)
  const queries = new StoreQueries({ applicationId: 'app', topology: built, streams, instance: 'process 42' })
  const all = { fromMs: 0, untilMs: Number.MAX_SAFE_INTEGER, size: 20 }
  const ask = (store: string, question: Partial<StoreQuestion> = {}) => queries.ask(store, { ...all, ...question })
  t.match(await ask('counts'), { rows: [], asked: [], away: [] }, 'before the start nobody has answered')
  await streams.start()
  const producer = await openProducer(cluster, { clientId: 'test' })
  t.teardown(() => producer.close())
  const sent = await producer.send(orders, [
    { key: 'amara', value: { amount: 1 }, timestamp: 1000 },
    { key: 'amara', value: { amount: 2 }, timestamp: 2000 },
    { key: 'amara', value: { amount: 4 }, timestamp: 70_000 },
    { key: 'bruno', value: { amount: 8 }, timestamp: 3000 },
    { key: 'chidi', value: { amount: 16 }, timestamp: 3000 },
  ])
  await until('all rows', async () => (await ask('numbers')).rows.length === 5)
  const partition = sent[0]!.partition
  const place = { partition, task: `0_${partition}`, instance: 'process 42' }
  await asksByKey(t, { ask, place })
  await asksByTime(t, { ask, place })
  await saysWhyNot(t, ask)
  const flow = new Flow({ applicationId: 'app', topology: built, streams })
  await t.test('what cannot be read is told, and is not taken for a store that is elsewhere', async (t) => {
    t.match((await flow.now()).stores, { counts: { rows: 3 }, 'per-minute': { rows: 4, atLeast: false } })
    isOtherRelease = true
    const reason = 'They are no count of this release.'
    t.match(await ask('per-minute', { key: 'amara' }), { rows: [], unreadable: [{ partition, reason }] })
    t.match(await ask('counts', { key: 'amara' }), { rows: [{ value: '3' }], unreadable: [] }, 'others are read')
    await t.rejects(flow.now(), { message: reason })
    isOtherRelease = false
  })
  await streams.close()
  t.match(await ask('counts', { key: 'amara' }), { rows: [], asked: [] }, 'closed')
  t.same((await flow.now()).stores, {}, 'a store that is not there has no number')
})

interface Asked {
  readonly ask: (store: string, question?: Partial<StoreQuestion>) => ReturnType<StoreQueries['ask']>
  readonly place: object
}

async function asksByKey(t: Test, { ask, place }: Asked): Promise<void> {
  await t.test('UI5: a key, keys from one to another, and all, each with its partition, task and process', async (t) => {
    t.match(await ask('counts', { key: 'amara' }), {
      rows: [{ key: 'amara', value: '3', startMs: null, ...place }],
      isMore: false,
    })
    t.same((await ask('counts', { key: 'nobody' })).rows, [])
    t.same([...(await ask('counts', { key: 'nobody' })).asked].sort(), [0, 1, 2], 'all partitions have said so')
    const keys = async (question: Partial<StoreQuestion>) => (await ask('counts', question)).rows.map(({ key }) => key).sort()
    t.same(await keys({ key: 'amara', to: 'bruno' }), ['amara', 'bruno'])
    t.same(await keys({ to: 'bruno' }), ['amara', 'bruno'])
    t.match(await ask('counts', { size: 2 }), { rows: { length: 2 }, isMore: true })
    t.match((await ask('numbers', { key: '8' })).rows, [{ key: '8', value: '"08ff"' }])
  })
}

async function asksByTime(t: Test, { ask, place }: Asked): Promise<void> {
  await t.test('UI5: windows, sessions and versions of a key have their times', async (t) => {
    t.match((await ask('per-minute', { key: 'amara' })).rows, [
      { value: '3', startMs: 0, endMs: 60_000, ...place },
      { value: '4', startMs: 60_000, endMs: 120_000, ...place },
    ])
    t.match((await ask('per-minute', { key: 'amara', fromMs: 1 })).rows, [{ startMs: 60_000 }])
    t.equal((await ask('per-minute', { key: 'amara', to: 'bruno', untilMs: 1 })).rows.length, 2)
    t.match((await ask('sessions', { key: 'amara' })).rows, [
      { value: '2', startMs: 1000, endMs: 2000 },
      { value: '1', startMs: 70_000, endMs: 70_000 },
    ])
    t.match((await ask('versions', { key: 'bruno' })).rows, [{ value: '{"amount":8}', startMs: 3000, endMs: null }])
    t.equal((await ask('versions', { key: 'amara' })).rows.length, 3)
  })
}

async function saysWhyNot(t: Test, ask: Asked['ask']): Promise<void> {
  await t.test('UI5: what cannot be asked is refused, with the reason', async (t) => {
    await t.rejects(ask('nowhere'), { status: 404, message: 'The topology has no store nowhere.' })
    await t.rejects(ask('numbers', { key: 'eight' }), { status: 400, message: /serde long: Type a number/ })
    await t.rejects(ask('versions'), { status: 400, message: /asked for one key/ })
  })
}
