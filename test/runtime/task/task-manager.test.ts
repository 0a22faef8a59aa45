import { TransportError } from '../../../lib/model/errors.ts'
import t from 'tap'
import type { Test } from 'tap'
import { seededChance } from '../../../lib/clock/chance.ts'
import { noHeaders } from '../../../lib/model/headers.ts'
import type { StreamRecord } from '../../../lib/model/stream-record.ts'
import type { TopicPartition } from '../../../lib/model/topic-partition.ts'
import { partitionKey } from '../../../lib/model/topic-partition.ts'
import type { Processor, ProcessorContext } from '../../../lib/processor/processor.ts'
import { LoopJobs } from '../../../lib/runtime/loop/loop-jobs.ts'
import type { Changelog } from '../../../lib/runtime/restore/changelog.ts'
import { StateDirectory } from '../../../lib/runtime/restore/state-directory.ts'
import { encodeCommittedMetadata, noCommittedMetadata } from '../../../lib/runtime/task/partition-metadata.ts'
import { TaskManager } from '../../../lib/runtime/task/task-manager.ts'
import type { KeyValueStore } from '../../../lib/state/key-value/key-value-store.ts'
import { openLmdbStorage } from '../../../lib/storage/lmdb/open-lmdb-storage.ts'
import { SingleRecordBatch } from '../../../lib/testing/single-record-batch.ts'
import type { PartitionOffset } from '../../../lib/transport/admin.ts'
import { keyValueStore, plan, processor, source, subtopology } from '../plan.ts'
import { settle } from '../simulated-time.ts'
import { environment, Log } from '../task-fixture.ts'
import { settledOutput } from './fake-task.ts'

class Keeping implements Processor<string, string, unknown, unknown> {
  #store!: KeyValueStore<string, string>
  readonly #onClose: () => void

  constructor(onClose: () => void) {
    this.#onClose = onClose
  }

  init(context: ProcessorContext<unknown, unknown>): void {
    this.#store = context.stateStore('s')
  }

  process({ key, value }: StreamRecord<string, string>): void {
    this.#store.put(key, value)
  }

  close(): void {
    this.#onClose()
  }
}

const gone = new TransportError('TRANSPORT_OFFSET_OUT_OF_RANGE', 'out-of-range', 'It is gone.')

const topicId = Buffer.alloc(16, 1).toString('base64url')

/** A manager of tasks over `in`, with a group whose commits, and changelogs whose ends, are those that the test says. */
async function open(t: Test, onClose = (): void => undefined, committedId?: string) {
  const committed = new Map<string, number>()
  const reading = new Map<string, number>()
  const changelogs = new Map<string, Changelog>()
  const errors: string[] = []
  const log = new Log()
  const coordinator = { answers: Promise.resolve() }
  const starts: Record<'earliest' | 'latest', number> = { earliest: 2, latest: 9 }
  const suppliers = () => new Keeping(onClose)
  const nodes = [source('SOURCE', ['in']), processor('KEEP', ['SOURCE'], suppliers, ['s'])]
  const jobs = new LoopJobs()
  const topics = new Map([['in', { id: topicId, partitions: 1 }]])
  /** Deletes the topic and creates it again just before its offsets are listed. */
  const topic = {
    onceListed: () => undefined as void,
    createAgain(id: string) {
      this.onceListed = () => void topics.set('in', { id, partitions: 1 })
    },
  }
  const directory = new StateDirectory(await openLmdbStorage(t.testdir()), 'test', seededChance(7))
  const manager = new TaskManager({
    isolationLevel: 'read_uncommitted',
    plan: plan(subtopology(0, nodes, { stores: [keyValueStore('s', ['KEEP'])] })).plan('test'),
    environment: { ...environment, logger: { ...environment.logger, error: (message) => void errors.push(message) } },
    admin: {
      committedOffsets: async (_, asked) => {
        await coordinator.answers
        return asked.flatMap((each) => {
          const offset = committed.get(partitionKey(each))
          const metadata = encodeCommittedMetadata({ ...noCommittedMetadata, topicId: committedId })
          return offset === undefined ? [] : [{ ...each, offset, leaderEpoch: -1, metadata }]
        })
      },
      listOffsets: async (asked: readonly TopicPartition[], spec) => {
        topic.onceListed()
        return asked.map((each): PartitionOffset => ({ ...each, offset: starts[spec as 'earliest' | 'latest'] }))
      },
    },
    input: {
      assign: (partition, { offset }) => void reading.set(partitionKey(partition), offset),
      unassign: (partition) => void reading.delete(partitionKey(partition)),
    },
    output: { ofTask: () => ({ ...settledOutput, topic: (name) => log.topic(name), changelog: (name) => log.topic(name) }) },
    changelogs: {
      register: (changelog) => void changelogs.set(partitionKey(changelog.partition), changelog),
      unregister: (partition) => void changelogs.delete(partitionKey(partition)),
    },
    directory,
    globalStores: { names: new Set(), store: () => undefined },
    offsetReset: 'earliest',
    jobs,
    topics: { look: async () => topics },
    patience: { clock: environment.clock, retryBackoffMs: 1, taskTimeoutMs: 0 },
    maxPollIntervalMs: 300_000,
  })
  /** The loop does its jobs, until nothing is asked beside it any more. */
  const settled = async (): Promise<void> => {
    for (let turn = 0; turn < 4; turn++) {
      await settle()
      await jobs.runAll()
    }
  }
  const assign = async (): Promise<void> => {
    manager.assign(assigned, await manager.startsOf(assigned, topics))
    await settled()
  }
  /** The changelogs are read to their end. */
  const restored = async (): Promise<void> => {
    const all = [...changelogs.values()]
    changelogs.clear()
    manager.restored(all)
    await settled()
  }
  const close = (): Promise<void> => {
    manager.closeDirty(manager.all)
    return directory.close()
  }
  return {
    manager,
    committed,
    coordinator,
    topic,
    reading,
    changelogs,
    errors,
    assign,
    restored,
    settled,
    [Symbol.asyncDispose]: close,
  }
}

const partition = { topic: 'in', partition: 0 }
const assigned = new Map([['0_0', [partition]]])
const key = 'in-0'
const changelog = 'test-s-changelog-0'

function processOne(manager: TaskManager, offset: number, text: string): void {
  const [managed] = manager.running
  const record = { key: Buffer.from(text), value: Buffer.from(text), timestamp: 0, headers: noHeaders }
  managed!.task.addRecords(partition, new SingleRecordBatch(offset, record), 0, 1)
  managed!.task.process()
}

t.test('a task runs when its stores are restored, from the committed offset on', async (t) => {
  await using opened = await open(t)
  const { manager, assign, committed, reading, changelogs, restored } = opened
  committed.set(key, 5)
  await assign()
  t.same([manager.isRestoring, manager.running, reading.size], [true, [], 0])
  t.same([...changelogs.keys()], [changelog])
  await restored()
  t.same([manager.isRestoring, manager.running.length, reading.get(key)], [false, 1, 5])
  t.equal(manager.owner(partition), manager.running[0])
})

t.test('without a committed offset reading begins where the reset says', async (t) => {
  await using opened = await open(t)
  const { assign, reading, restored } = opened
  await assign()
  await restored()
  t.equal(reading.get(key), 2)
})

t.test('a committed offset of another topic that had the name before is not used', async (t) => {
  for (const [id, begin] of [
    [topicId, 5],
    [Buffer.alloc(16, 2).toString('base64url'), 2],
  ] as const) {
    await using opened = await open(t, undefined, id)
    const { assign, committed, reading, restored } = opened
    committed.set(key, 5)
    await assign()
    await restored()
    t.equal(reading.get(key), begin)
  }
})

t.test('a topic that is created again while its offsets are listed: the task begins anew, with the new id', async (t) => {
  await using opened = await open(t)
  const { manager, topic, assign, reading, restored } = opened
  await assign()
  const again = Buffer.alloc(16, 3).toString('base64url')
  topic.createAgain(again)
  await restored()
  t.same([manager.running.length, reading.size], [0, 0], 'its stores are restored once more')
  await restored()
  t.same([...manager.running[0]!.topicIds], [['in', again]])
  t.equal(reading.get(key), 2)
})

t.test('a topic that is created again while a reset asks for its offsets: the task stays where it is', async (t) => {
  await using opened = await open(t)
  const { manager, topic, assign, committed, reading, restored } = opened
  committed.set(key, 5)
  await assign()
  await restored()
  topic.createAgain(Buffer.alloc(16, 3).toString('base64url'))
  ;(await manager.reset(partition, gone))()
  t.equal(reading.get(key), 5)
})

t.test('a task that is assigned again is not touched', async (t) => {
  await using opened = await open(t)
  const { manager, assign, restored } = opened
  await assign()
  await restored()
  const [task] = manager.running
  await assign()
  t.equal(manager.running[0], task)
})

t.test('tasks begin again at what is committed by now, with the state that storage has', async (t) => {
  await using opened = await open(t)
  const { manager, assign, committed, reading, changelogs, restored, settled } = opened
  await assign()
  await restored()
  processOne(manager, 2, 'kept')
  const [managed] = manager.running
  managed!.task.postCommit(managed!.task.prepareCommit(), 'always')
  committed.set(key, 3)
  processOne(manager, 3, 'given up')
  manager.recreate([managed!], 'kept')
  await settled()
  t.equal(changelogs.get(changelog)?.start, 1, 'the position that was stored with the rows')
  await restored()
  t.equal(reading.get(key), 3)
  const [again] = manager.running
  t.not(again, managed)
  const rows = again!.task.store('s') as KeyValueStore<string, string> | undefined
  t.same([rows?.get('kept'), rows?.get('given up')], ['kept', null])
})

t.test('what is restored is stored before the task starts, which brokers may hold up', async (t) => {
  await using opened = await open(t)
  const { manager, assign, changelogs, settled } = opened
  await assign()
  const all = [...changelogs.values()]
  const row = { offset: 4, key: Buffer.from('k'), value: Buffer.from('v'), timestamp: 0, headers: noHeaders }
  for (const { accept, apply } of all) apply(accept?.([row]) ?? [], 5)
  manager.restored(all)
  manager.recreate(manager.all, 'kept')
  await settled()
  t.equal(changelogs.get(changelog)?.start, 5, 'the next restore goes on behind these rows')
})

t.test('a coordinator that does not answer holds up the tasks that begin again, and nobody else', async (t) => {
  await using opened = await open(t)
  const { manager, coordinator, assign, restored, settled } = opened
  await assign()
  await restored()
  const { promise, resolve } = Promise.withResolvers<void>()
  coordinator.answers = promise
  manager.recreate(manager.running, 'kept')
  await settled()
  t.match(manager.all, [{ state: 'created' }], 'the loop goes on')
  manager.closeDirty(manager.all)
  resolve()
  await settled()
  t.same(manager.all, [], 'an answer that comes too late begins nothing')
  await assign()
  manager.recreate(manager.all, 'kept')
  await settled()
  await restored()
  t.match(manager.all, [{ state: 'running' }])
})

t.test('tasks whose state is destroyed read their changelogs from the start', async (t) => {
  await using opened = await open(t)
  const { manager, assign, committed, changelogs, restored, settled } = opened
  await assign()
  await restored()
  processOne(manager, 2, 'gone')
  const [managed] = manager.running
  managed!.task.postCommit(managed!.task.prepareCommit(), 'always')
  committed.set(key, 3)
  manager.recreate([managed!], 'destroyed')
  await settled()
  t.equal(changelogs.get(changelog)?.start, 'earliest')
  await restored()
  t.equal((manager.running[0]!.task.store('s') as KeyValueStore<string, string> | undefined)?.get('gone'), null)
})

t.test('a task that does not close well is told, and closed all the same', async (t) => {
  await using opened = await open(t, () => {
    throw new Error('It hangs.')
  })
  const { manager, assign, reading, errors, restored } = opened
  await assign()
  await restored()
  const [managed] = manager.running
  manager.closeDirty(manager.all)
  t.same([managed!.state, manager.all, reading.size, manager.owner(partition)], ['closed', [], 0, undefined])
  t.match(errors, [/^Task 0_0 did not close well: .*It hangs/])
  await assign()
  t.equal(manager.all.length, 1, 'its storage was given back')
})

t.test('a partition whose offset is gone goes on where the reset says', async (t) => {
  await using opened = await open(t)
  const { manager, assign, committed, reading, restored } = opened
  committed.set(key, 1)
  await assign()
  await restored()
  ;(await manager.reset(partition, gone))()
  t.equal(reading.get(key), 2)
  t.equal(manager.running[0]!.task.fetchPosition(partition), 2)
  await manager.reset({ topic: 'elsewhere', partition: 0 }, gone)
})
