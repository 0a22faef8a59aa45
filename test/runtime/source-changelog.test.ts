import t from 'tap'
import { StreamsBuilder } from '../../lib/dsl/streams-builder.ts'
import type { Serde } from '../../lib/model/serde.ts'
import { topic } from '../../lib/model/topic.ts'
import type { StreamRecord } from '../../lib/model/stream-record.ts'
import type { ProcessorContext } from '../../lib/processor/processor.ts'
import type { ConsumerRecord, TimestampExtractor } from '../../lib/processor/timestamp-extractor.ts'
import {
  logAndSkipOnInvalidTimestamp,
  usePartitionTimeOnInvalidTimestamp,
  wallclockTimestamp,
} from '../../lib/processor/timestamp-extractors.ts'
import { applyAll } from '../../lib/runtime/restore/changelog.ts'
import { logAndContinue } from '../../lib/runtime/errors/error-handlers.ts'
import { changelogSlices } from '../../lib/runtime/restore/changelog-records.ts'
import { StreamTask } from '../../lib/runtime/task/stream-task.ts'
import { nullable } from '../../lib/serde/nullable-serde.ts'
import { Serdes } from '../../lib/serde/serdes.ts'
import type { KeyValueStore } from '../../lib/state/key-value/key-value-store.ts'
import { keyValueStore, versionedKeyValueStore, windowStore } from '../../lib/state/stores.ts'
import type { VersionedKeyValueStore } from '../../lib/state/versioned/versioned-key-value-store.ts'
import { SingleRecordBatch } from '../../lib/testing/single-record-batch.ts'
import { MemoryStorageFactory } from '../../lib/storage/memory/memory-storage.ts'
import type { AnyStore } from '../../lib/state/store-value.ts'
import { Topology } from '../../lib/topology/topology.ts'
import type { RecordBatch } from '../../lib/transport/record-batch/record-batch.ts'
import type { ThreadEnvironment } from '../../lib/runtime/environment/thread-environment.ts'
import { environment, Log } from './task-fixture.ts'

// A source topic that is the changelog of its table: after a restore the table holds what it held before.

type Row = readonly [key: string | null, value: string | null, timestamp?: number]

interface Case {
  readonly topology: Topology
  readonly rows: readonly Row[]
  readonly environment?: Partial<ThreadEnvironment>
}

const partition = { topic: 'in', partition: 0 }

function batchesOf(rows: readonly Row[]): readonly RecordBatch[] {
  const bytes = (text: string | null): Uint8Array | null => (text === null ? null : Buffer.from(text, 'latin1'))
  return rows.map(
    ([key, value, timestamp = 1], offset) =>
      new SingleRecordBatch(offset, { key: bytes(key), value: bytes(value), timestamp, headers: [] }),
  )
}

function open({ topology, environment: given }: Case): StreamTask {
  const own = { ...environment, deserializationHandler: logAndContinue, processingHandler: logAndContinue, ...given }
  const task = new StreamTask({
    id: { subtopology: 0, partition: 0 },
    environment: own,
    subtopologies: topology.plan('app', { compatibility: own.compatibility }).subtopologies,
    partitions: [partition],
    storage: new MemoryStorageFactory().open('task'),
    output: new Log(),
    globalStores: { names: new Set(), store: () => undefined },
  })
  task.open()
  return task
}

/** All rows of the store `s`, as the topic's records were processed. */
function processed(given: Case): readonly unknown[] {
  const task = open(given)
  task.start([])
  task.seek(partition, 0)
  for (const batch of batchesOf(given.rows)) task.addRecords(partition, batch, 0, 1)
  while (task.hasRecords) task.process()
  task.postCommit(task.prepareCommit(), 'always')
  return shown(task)
}

/** All rows of the store `s`, as the topic's records were restored. */
async function restored(given: Case): Promise<readonly unknown[]> {
  const task = open(given)
  const [restore] = task.restores()
  const fetched = { ...partition, error: null, highWatermark: 0, lastStableOffset: 0, logStartOffset: 0 }
  const range = { from: 0, to: given.rows.length }
  const batches = batchesOf(given.rows)
  const answer = { ...fetched, batches, abortedTransactions: [] }
  for (const { records, nextOffset } of changelogSlices(answer, range, restore!.records)) {
    await restore!.prepare(records)
    applyAll(restore!.restore, restore!.accept(records), nextOffset)
  }
  return shown(task)
}

function shown(task: StreamTask): readonly unknown[] {
  const store = task.store('s') as unknown as KeyValueStore<unknown, unknown> & VersionedKeyValueStore<unknown, unknown>
  if (task.store('s')!.spec.kind !== 'versioned') return [...store.all()]
  return ['a', 'b'].map((key) => [...store.history(key)])
}

interface TableOptions {
  readonly key?: Serde<never>
  readonly value?: Serde<never>
  readonly timestampExtractor?: TimestampExtractor
}

const json = Serdes.json<{ readonly n: number; readonly at?: number }>()

/** A table that is restored from its topic. */
function table({ key = Serdes.string as never, value = json as never, timestampExtractor }: TableOptions = {}): Topology {
  const builder = new StreamsBuilder()
  const extracted = timestampExtractor === undefined ? {} : { timestampExtractor }
  builder.table(topic('in', { key, value }), { ...extracted, store: 's' })
  return builder.build({ optimization: ['reuse.ktable.source.topics'] })
}

/** A long. */
const five = `${'\0'.repeat(7)}\u0005`

/** Writes small numbers only. */
const small: typeof json = {
  ...json,
  serialize: (value, context) => {
    if (value.n > 1) throw new RangeError(`${value.n} is not small.`)
    return json.serialize(value, context)
  },
}

const atOf: TimestampExtractor = ({ value, timestamp }: ConsumerRecord) => (value as { at?: number } | null)?.at ?? timestamp

const good: readonly Row[] = [['a', '{"n":1}', 10], ['b', '{"n":2}', 20]] // prettier-ignore

const cases: Readonly<Record<string, Case>> = {
  'values that cannot be read': { topology: table(), rows: [...good, ['c', '{oops', 30], ['b', 'no json', 40]] },
  'keys that cannot be read': {
    topology: table({ key: Serdes.long as never }),
    rows: [
      [five, '{"n":1}'],
      ['x', '{"n":2}'],
    ],
  },
  'records without key': { topology: table(), rows: [...good, [null, '{"n":3}']] },
  'deletions, and values that are read as null': {
    topology: table(),
    rows: [...good, ['a', null], ['b', 'null'], ['c', 'null']],
  },
  'a nullable serde': { topology: table({ value: nullable(json) as never }), rows: [...good, ['a', null], ['b', '{oops']] },
  'a serde that writes each value in one way only': {
    topology: table({ value: Serdes.long as never }),
    rows: [['a', five], ['a', 'short'], ['b', five], ['b', null]], // prettier-ignore
  },
  'other spellings of a key': {
    topology: table({ key: Serdes.json() as never }),
    rows: [['{"id":1}', '{"n":1}'], ['{ "id" : 1 }', '{"n":2}'], ['{"id":2}', '{"n":3}'], ['{"id": 2}', null]], // prettier-ignore
  },
  'records that the extractor skips': {
    topology: table({ timestampExtractor: atOf }),
    rows: [...good, ['a', '{"n":3,"at":-1}', 30], ['c', '{"n":4,"at":-7}', 40]],
  },
  'times that the extractor takes from the value': {
    topology: table({ timestampExtractor: atOf }),
    rows: [...good, ['a', '{"n":3,"at":77}', 30]],
  },
  'negative timestamps that are skipped': {
    topology: table({ timestampExtractor: logAndSkipOnInvalidTimestamp }),
    rows: [...good, ['a', '{"n":3}', -1], ['c', '{"n":4}', -1]],
  },
  'negative timestamps that become the time of the partition': {
    topology: table({ timestampExtractor: usePartitionTimeOnInvalidTimestamp }),
    rows: [...good, ['a', '{"n":3}', -1], ['c', '{"n":4}', 50], ['b', '{"n":5}', -1]],
  },
  'an extractor by offset': {
    topology: table({ timestampExtractor: ({ offset }) => (offset % 2 === 0 ? offset : -1) }),
    rows: [...good, ['a', '{"n":3}'], ['b', '{"n":4}']],
  },
  'a store with versions': {
    topology: readOnly(versionedKeyValueStore('s', { key: Serdes.string, value: json, historyRetentionMs: 1000 }), atOf),
    rows: [...good, ['a', '{oops', 30], ['a', '{"n":3,"at":5}', 40], ['b', '{"n":4,"at":-1}', 50], ['b', '{"n":5}', 60]],
  },
  'a store with serdes of its own': {
    topology: readOnly(keyValueStore('s', { key: Serdes.json(), value: Serdes.json() })),
    rows: [...good, ['a', '{oops']],
  },
  'values that the store cannot write': {
    topology: readOnly(keyValueStore('s', { key: Serdes.string, value: small })),
    rows: good,
  },
}

/** A store that its topic fills (KIP-813). */
function readOnly(store: AnyStore, timestampExtractor?: TimestampExtractor): Topology {
  const supplier = () => {
    let own: KeyValueStore<unknown, unknown> & VersionedKeyValueStore<unknown, unknown>
    return {
      init: (context: ProcessorContext<never, never>) => void (own = context.stateStore('s')),
      process: ({ key, value, timestamp }: StreamRecord<string, unknown>) => void own.put(key, value, timestamp),
    }
  }
  return new Topology().addReadOnlyStateStore({
    store,
    sourceName: 'source',
    topic: topic('in', { key: Serdes.string, value: json as Serde<unknown> }),
    processorName: 'processor',
    supplier,
    timestampExtractor,
  })
}

for (const [name, given] of Object.entries(cases))
  t.test(`restored as it was: ${name}`, async (t) => {
    const before = processed(given)
    t.ok(before.length > 0)
    t.same(await restored(given), before)
  })

t.test('keys of windows are restored as they are: the key serde alone could not write them', async (t) => {
  const windows = windowStore('s', { key: Serdes.string, value: json, windowSizeMs: 10, retentionMs: 1000 })
  const key = (name: string, start: number): string => `${name}${'\0'.repeat(7)}${String.fromCharCode(start)}${'\0'.repeat(4)}`
  const rows: readonly Row[] = [[key('a', 5), '{"n":1}'], [key('b', 6), '{oops'], [key('b', 7), '{"n": 3}']] // prettier-ignore
  t.match(await restored({ topology: readOnly(windows), rows }), [
    { key: { key: 'a', startMs: 5 }, value: { n: 1 } },
    { key: { key: 'b', startMs: 7 }, value: { n: 3 } },
  ])
})

t.test('what was refused is not refused again: no handler is asked, and nothing is counted', async (t) => {
  const rows: readonly Row[] = [...good, ['a', '{oops', 30], ['b', 'no json', 40]]
  let asked = 0
  const deserializationHandler = (): 'continue' => {
    asked++
    return 'continue'
  }
  const logged: unknown[] = []
  const logger = { ...environment.logger, info: (message: string, facts: unknown) => void logged.push([message, facts]) }
  await restored({ topology: table(), rows, environment: { deserializationHandler, logger } })
  t.equal(asked, 0)
  t.same(logged, [
    [
      'The restore of the store s left out 2 records of in-0, as its source had done.',
      { store: 's', topic: 'in', partition: 0, refused: 2 },
    ],
  ])
})

t.test('wall-clock times are not written anywhere: a restored row has the time of its record', async (t) => {
  const given = { topology: table({ timestampExtractor: wallclockTimestamp }), rows: [...good, ['c', '{"n":3}', -1] as const] }
  t.same(
    (await restored(given)).map((row) => (row as { value: { timestamp: number } }).value.timestamp),
    [10, 20, environment.clock.now()],
  )
})

t.test('a time of the partition that was before the restore began is not known: the row is restored without it', async (t) => {
  const topology = table({ timestampExtractor: usePartitionTimeOnInvalidTimestamp })
  t.match(await restored({ topology, rows: [['a', '{"n":3}', -1]] }), [{ key: 'a', value: { value: { n: 3 }, timestamp: -1 } }])
})

t.test('as Java, `java` restores the bytes as they are', async (t) => {
  const key = Serdes.json() as never
  const given = {
    topology: table({ key }),
    rows: [['{ "id" : 1 }', '{"n":1}', 5]] as const,
    environment: { compatibility: 'java' } as const,
  }
  const [row] = await restored(given)
  t.match(row, { key: { id: 1 }, value: { timestamp: 5 } })
  const refused = { ...given, rows: [['{}', '{oops']] as const }
  await t.rejects(restored(refused), { code: 'STREAMS_DESERIALIZATION' })
})
