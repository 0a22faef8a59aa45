import { ManualClock } from '../../lib/clock/manual-clock.ts'
import { MemoryMetrics } from '../../lib/metrics/memory-metrics.ts'
import { noHeaders } from '../../lib/model/headers.ts'
import { failOnInvalidTimestamp } from '../../lib/processor/timestamp-extractors.ts'
import { applyAll } from '../../lib/runtime/restore/changelog.ts'
import { logAndFail, retryOrFail } from '../../lib/runtime/errors/error-handlers.ts'
import { silentLogger } from '../../lib/runtime/logger.ts'
import { SerdeResolver } from '../../lib/runtime/serdes/serde-resolver.ts'
import { StreamTask } from '../../lib/runtime/task/stream-task.ts'
import type { ThreadEnvironment } from '../../lib/runtime/environment/thread-environment.ts'
import { RecordCacheBudget } from '../../lib/state/layers/record-cache-budget.ts'
import { MemoryStorageFactory } from '../../lib/storage/memory/memory-storage.ts'
import { SingleRecordBatch } from '../../lib/testing/single-record-batch.ts'
import { TestOutput, type ProducedRecord } from '../../lib/testing/test-output.ts'
import type { Topology } from '../../lib/topology/topology.ts'
import type { TopicOutput } from '../../lib/runtime/output/record-output.ts'
import { placed } from '../runtime/task-fixture.ts'

export interface PacedTaskOptions {
  readonly cacheMaxBytes: number
  readonly medium: 'memory' | 'disk'
  readonly compatibility?: 'safe' | 'java'
  readonly processingGuarantee?: 'at_least_once' | 'exactly_once_v2'
}

/** A record as a user wrote it; of strings, since the laws need no more. */
export interface Written {
  readonly topic: string
  readonly key: string
  readonly value: string | null
  readonly timestamp: number
}

/**
 * A topology as one task, as in the test driver, but committed when the test says so: meanwhile caches hold back what they can. A
 * crash loses what was done since the last commit, outputs too, as a transaction that is aborted; the task begins again there.
 */
export class PacedTask {
  readonly #topology: Topology
  readonly #options: PacedTaskOptions
  readonly #storage = new MemoryStorageFactory().open('app/0_0')
  readonly #offsets = new Map<string, number>()
  /** What was written in committed transactions. */
  #committed: readonly ProducedRecord[] = []
  /** Input that no committed transaction has read. */
  #unread: readonly ProducedRecord[] = []
  #output!: TestOutput
  #task!: StreamTask

  constructor(topology: Topology, options: PacedTaskOptions) {
    this.#topology = topology
    this.#options = options
    this.#open()
  }

  /** A record of a topic that nobody reads stays where it is. */
  pipe({ topic, key, value, timestamp }: Written): void {
    if (!this.#reads(topic)) return
    const bytes = value === null ? null : Buffer.from(value)
    const record = { topic, partition: 0, key: Buffer.from(key), value: bytes, timestamp, headers: noHeaders }
    this.#unread = [...this.#unread, record]
    this.#read(record)
  }

  /**
   * True where something was written to topics that the task reads: it is read in the next transaction, behind what was written to others
   * of its topics meanwhile.
   */
  commit(meanwhile: readonly Written[] = []): boolean {
    const offsets = this.#task.prepareCommit()
    const written = this.#output.drain()
    this.#task.postCommit(offsets, 'always')
    this.#committed = [...this.#committed, ...written]
    this.#unread = []
    for (const record of meanwhile) this.pipe(record)
    const own = written.filter(({ topic }) => this.#reads(topic))
    this.#unread = [...this.#unread, ...own]
    for (const record of own) this.#read(record)
    return own.length > 0
  }

  /**
   * What was done since the last commit is undone, as in a thread whose transaction is aborted. Returns whether the task could go on as it is.
   */
  abort(): boolean {
    if (!this.#task.canRollBack) {
      this.crash()
      return false
    }
    this.#output = this.#newOutput()
    this.#task.rollBack()
    for (const record of this.#unread) this.#read(record)
    return true
  }

  crash(): void {
    this.#task.close()
    this.#open()
    for (const record of this.#unread) this.#read(record)
  }

  /** Commits until nothing is held back, and tells the records of a topic. */
  settled(topic: string): readonly Written[] {
    while (this.commit());
    return this.#committed
      .filter((record) => record.topic === topic)
      .map(({ key, value, timestamp }) => ({ topic, key: text(key)!, value: text(value), timestamp: timestamp ?? -1 }))
  }

  #open(): void {
    this.#output = this.#newOutput()
    const { subtopologies } = this.#topology.plan('app')
    const topics = new Set(subtopologies.flatMap(({ sourceTopics }) => sourceTopics))
    this.#task = new StreamTask({
      id: { subtopology: 0, partition: 0 },
      environment: environment(this.#options),
      subtopologies,
      partitions: [...topics].map((topic) => ({ topic, partition: 0 })),
      storage: this.#storage,
      output: { topic: (name) => this.#topic(name), changelog: (name) => this.#topic(name) },
      globalStores: { names: new Set(), store: () => undefined },
    })
    this.#task.open()
    for (const { partition, from = 0, accept, restore } of this.#task.restores()) {
      const log = this.#committed.filter(({ topic }) => topic === partition.topic)
      const records = placed(
        log.map(({ key, value, timestamp, headers }) => ({ key: key!, value, timestamp: timestamp ?? -1, headers })),
      ).slice(from)
      applyAll(restore, accept(records), log.length)
    }
    this.#task.restored()
    this.#task.start([])
    for (const partition of this.#task.partitions) this.#task.seek(partition, this.#offsets.get(partition.topic) ?? 0)
  }

  #newOutput(): TestOutput {
    return new TestOutput(() => 1, this.#committed)
  }

  /** An abort gives the task another output behind what it writes to. */
  #topic(name: string): TopicOutput {
    return {
      name,
      partitions: 1,
      whenKnown: (write) => write(),
      nextOffset: (partition) => this.#output.topic(name).nextOffset(partition),
      append: (...record) => this.#output.topic(name).append(...record),
    }
  }

  #reads(topic: string): boolean {
    return this.#task.partitions.some((partition) => partition.topic === topic)
  }

  #read({ topic, key, value, timestamp, headers }: ProducedRecord): void {
    const offset = this.#offsets.get(topic) ?? 0
    this.#offsets.set(topic, offset + 1)
    const batch = new SingleRecordBatch(offset, { key, value, timestamp: timestamp ?? 0, headers })
    this.#task.addRecords({ topic, partition: 0 }, batch, 0, 1)
    while (this.#task.hasRecords) this.#task.process()
  }
}

function environment({
  cacheMaxBytes,
  medium,
  compatibility = 'safe',
  processingGuarantee,
}: PacedTaskOptions): ThreadEnvironment {
  return {
    applicationId: 'app',
    threadId: 'law',
    compatibility,
    processingGuarantee,
    emitIntervalMs: 0,
    clock: new ManualClock(),
    metrics: new MemoryMetrics(),
    logger: silentLogger,
    serdes: new SerdeResolver({ schemaRegistry: 'local', applicationId: 'app' }),
    timestampExtractor: failOnInvalidTimestamp,
    deserializationHandler: logAndFail,
    processingHandler: logAndFail,
    productionHandler: retryOrFail,
    globalProcessingHandler: 'fail',
    deadLetterTopic: undefined,
    cache: new RecordCacheBudget(cacheMaxBytes),
    defaultStoreMedium: medium,
    maxTaskIdleMs: -1,
  }
}

function text(bytes: Uint8Array | null): string | null {
  return bytes && Buffer.from(bytes).toString()
}
