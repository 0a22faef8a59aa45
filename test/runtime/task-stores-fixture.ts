import { viewOf, type ByteSpan } from '../../lib/model/byte-span.ts'
import { noHeaders } from '../../lib/model/headers.ts'
import type { TaskId } from '../../lib/model/task-id.ts'
import { noDeadLetters } from '../../lib/runtime/errors/dead-letters.ts'
import type { ChangelogOutput } from '../../lib/runtime/output/task-changelogs.ts'
import { CurrentRecord } from '../../lib/runtime/task/current-record.ts'
import { SkippedRecords } from '../../lib/runtime/task/skipped-records.ts'
import { TaskStores } from '../../lib/runtime/task/task-stores.ts'
import type { KeyValueStore } from '../../lib/state/key-value/key-value-store.ts'
import type { ChangelogSink } from '../../lib/state/state-store.ts'
import { storeKindOf } from '../../lib/state/store-kinds.ts'
import type { StoreSpec } from '../../lib/state/store-spec.ts'
import { MemoryStorageFactory } from '../../lib/storage/memory/memory-storage.ts'
import type { StorageEnvironment } from '../../lib/storage/storage.ts'
import type { StoreNode } from '../../lib/topology/topology-plan.ts'
import { keyValueStore } from './plan.ts'
import { environment } from './task-fixture.ts'

/** A changelog that acknowledges when the test says so. */
class FakeChangelogs implements ChangelogOutput {
  readonly written: string[] = []
  acknowledged: number | undefined

  sink(topic: string): ChangelogSink {
    const text = (bytes: Uint8Array | ByteSpan | null): string => String(bytes && Buffer.from(viewOf(bytes)))
    return { append: (key, value) => void this.written.push(`${topic} ${text(key)}=${text(value)}`) }
  }

  nextOffset(): number | undefined {
    return this.acknowledged
  }
}

export const changelog = { topic: 'test-s-changelog', partition: 3 }

export interface Opened {
  readonly stores: TaskStores
  readonly changelogs: FakeChangelogs
  readonly storage: StorageEnvironment
  readonly store: KeyValueStore<string, unknown>
  /** Commits and checkpoints what was written, the changelog being acknowledged up to here. */
  keep(acknowledged: number): void
}

/** The store `s` of a task: that of `changelog`, if no other is given. */
export function openStores(
  node: StoreNode = keyValueStore('s', []),
  storage = new MemoryStorageFactory().open('task'),
  id: TaskId = { subtopology: 0, partition: changelog.partition },
): Opened {
  const changelogs = new FakeChangelogs()
  const current = new CurrentRecord('not kept')
  current.set('in', 3, 0, 7, noHeaders)
  const droppedRecords = environment.metrics.counter('dropped-records', 'stream-task-metrics', {})
  const streamTime = (): number => -1
  const scope = {
    environment,
    id,
    storage,
    current,
    droppedRecords,
    skipped: new SkippedRecords({ ...environment, current, dropped: droppedRecords, streamTime }),
    shared: new Map(),
    sendDeadLetter: noDeadLetters(environment.logger),
    streamTime,
  }
  const stores = new TaskStores({ nodes: [node], scope, changelogs, sourceOf: noSource })
  stores.open()
  const store = stores.get('s') as unknown as KeyValueStore<string, unknown>
  const keep = (acknowledged: number): void => {
    changelogs.acknowledged = acknowledged
    stores.commit(noSource)
    stores.checkpoint()
  }
  return { stores, changelogs, storage, store, keep }
}

/** A store called `s`, with a changelog. */
export function storeNode(value: object): StoreNode {
  const spec = value as StoreSpec
  return { ...keyValueStore('s', []), spec, kind: storeKindOf(spec) }
}

/** No source topic is a changelog here. */
export function noSource(): never {
  throw new Error('No source topic is a changelog here.')
}
