import { viewOf } from '../../lib/model/byte-span.ts'
import { Serdes } from '../../lib/serde/serdes.ts'
import { ManualClock } from '../../lib/clock/manual-clock.ts'
import { MemoryMetrics } from '../../lib/metrics/memory-metrics.ts'
import { latin1 } from '../../lib/model/bytes.ts'
import type { RecordContext } from '../../lib/model/record-context.ts'
import type { Serde } from '../../lib/model/serde.ts'
import { storeKindOf } from '../../lib/state/store-kinds.ts'
import { RecordCacheBudget } from '../../lib/state/layers/record-cache-budget.ts'
import type { ChangelogRecord, StateStore, StateStoreContext } from '../../lib/state/state-store.ts'
import type { StoreSpec } from '../../lib/state/store-spec.ts'
import type { StorageEnvironment, StorageWrite } from '../../lib/storage/storage.ts'

/** What a store needs of its task, with what it logged and what was dropped. */
export interface StoreTask {
  readonly log: ChangelogRecord[]
  readonly dropped: { readonly total: number }
  /** The input record "being processed" from now on. */
  at(timestamp: number): void
  context: StateStoreContext
}

export interface StoreTaskOptions {
  readonly storage: StorageEnvironment
  readonly medium: 'memory' | 'disk'
  readonly cacheBytes?: number
  readonly changelog?: 'on' | 'off'
  readonly compatibility?: 'safe' | 'java'
}

export function storeTask(options: StoreTaskOptions): StoreTask {
  const metrics = new MemoryMetrics()
  const log: ChangelogRecord[] = []
  let current: RecordContext = { topic: 'in', partition: 0, offset: 0, timestamp: 0, headers: [] }
  const droppedRecords = metrics.counter('dropped-records', 'stream-task-metrics', {})
  const context: StateStoreContext = {
    applicationId: 'app',
    taskId: { subtopology: 0, partition: 0 },
    storage: options.storage,
    changelogTopic: 'app-s-changelog',
    changelog:
      options.changelog === 'off'
        ? undefined
        : {
            append: (key, value, timestamp, headers) =>
              void log.push({
                key: Buffer.from(viewOf(key)),
                value: value && Buffer.from(viewOf(value)),
                timestamp: timestamp ?? -1,
                headers,
              }),
          },
    cache: new RecordCacheBudget(options.cacheBytes ?? 0),
    defaultMedium: options.medium,
    compatibility: options.compatibility ?? 'safe',
    keySerde: (serde) => serde as Serde<unknown>,
    valueSerde: (serde) => serde as Serde<unknown>,
    recordContext: () => current,
    withRecordContext: (context, emit) => {
      const outer = current
      current = context
      emit()
      current = outer
    },
    streamTime: () => -1,
    droppedRecords,
    metrics,
    clock: new ManualClock(),
  }
  return {
    log,
    dropped: droppedRecords,
    at: (timestamp) => void (current = { ...current, timestamp, offset: current.offset + 1 }),
    context,
  }
}

export function open<S>(spec: unknown, task: StoreTask): S & StateStore {
  return storeKindOf(spec as StoreSpec).open(spec as StoreSpec, task.context) as S & StateStore
}

/** The writes of a checkpoint, as the runtime makes it. */
export function checkpoint(store: StateStore, storage: StorageEnvironment, more: readonly StorageWrite[] = []): void {
  const writes: StorageWrite[] = [...more]
  store.checkpoint(writes)
  storage.transact(writes)
  store.checkpointed()
}

export function shownLog(log: readonly ChangelogRecord[]): string[] {
  return log.map(({ key, value, timestamp }) => `${latin1(key)}=${value === null ? 'null' : latin1(value)}@${timestamp}`)
}

/** A suppress buffer, called `s`. */
export const changeBufferSpec = {
  kind: 'change-buffer',
  name: 's',
  key: Serdes.string,
  value: Serdes.string,
  medium: 'memory',
  caching: 'disabled',
  changelog: { config: {} },
} as const
