import type { Chance } from '../../clock/chance.ts'
import type { Clock } from '../../clock/clock.ts'
import { TransportError } from '../../model/errors.ts'
import type { TopicPartition } from '../../model/topic-partition.ts'
import { partitionKey } from '../../model/topic-partition.ts'
import type { NewTopic, OffsetSpec } from '../admin.ts'
import type { FetchedPartition, FetchLimits, FetchPosition } from '../fetcher.ts'
import type { GroupIdentity, OffsetCommit } from '../group-coordinator.ts'
import { CommittedOffsets } from './committed-offsets.ts'
import { EmbeddedGroup } from './embedded-group.ts'
import type { EmbeddedLogStore } from './embedded-log-store.ts'
import { EmbeddedTopics } from './embedded-topics.ts'
import { Journal } from './journal.ts'
import { unreadable } from '../record-batch/decode-fetched.ts'
import { refusal } from './refusal.ts'
import { logTruncation } from '../log-truncation.ts'
import type { StoredBatch } from './stored-batch.ts'
import { markerBatch } from './transactions/marker-batch.ts'
import { PendingOffsets } from './transactions/pending-offsets.ts'
import type { Transaction, TransactionOutcome } from './transactions/transaction.ts'
import { TransactionCoordinator } from './transactions/transaction-coordinator.ts'
import type { ProducerIdentity } from '../producer-session.ts'

/** Options of an {@link EmbeddedBroker}. */
export interface EmbeddedBrokerOptions {
  /** The broker's clock. */
  readonly clock: Clock
  /** The random numbers for ids of members. */
  readonly chance: Chance
  /** The store of topics and offsets. Null: they are in memory only. */
  readonly store: EmbeddedLogStore | null
  /** A write to an unknown topic creates it with this many partitions. Null: such a write fails. */
  readonly autoCreatePartitions: number | null
  /** The version of transactions that clients are told to use (Kafka: the feature `transaction.version`, KIP-890). Default 2. */
  readonly transactionVersion?: 1 | 2 | undefined
}

/** The producer of a transaction, by its transactional id and its identity. */
export interface TransactionalIdentity extends ProducerIdentity {
  readonly transactionalId: string
}

type Watcher = (changed: TopicPartition) => void

const cleanIntervalMs = 15_000

/**
 * A Kafka broker in this process: topics, logs and groups. All records are in memory, and a store keeps a copy of them if it is
 * given. The methods are synchronous; only groups use timers. A caller acknowledges a change after `settled` has resolved, because
 * only then the store has it.
 */
export class EmbeddedBroker {
  /** All topics, with their logs. */
  readonly topics: EmbeddedTopics
  /** Committed offsets of all groups. */
  readonly offsets: CommittedOffsets
  /** Committed offsets of transactions that have not ended. */
  readonly pendingOffsets: PendingOffsets
  /** The transactions of all transactional ids. */
  readonly transactions: TransactionCoordinator
  /** The version of transactions that clients are told to use. */
  readonly transactionVersion: 1 | 2
  /** The broker's clock. */
  readonly clock: Clock
  readonly #chance: Chance
  readonly #store: EmbeddedLogStore | null
  readonly #autoCreatePartitions: number | null
  readonly #journal: Journal
  readonly #groups = new Map<string, EmbeddedGroup>()
  readonly #watchers = new Map<string, Set<Watcher>>()
  #nextProducerId = 0
  #cleanedAtMs: number

  constructor({ clock, chance, store, autoCreatePartitions, transactionVersion = 2 }: EmbeddedBrokerOptions) {
    this.clock = clock
    this.#chance = chance
    this.#store = store
    this.#autoCreatePartitions = autoCreatePartitions
    this.#journal = new Journal(store)
    this.topics = new EmbeddedTopics(this.#journal, chance)
    this.offsets = new CommittedOffsets(this.#journal)
    this.pendingOffsets = new PendingOffsets(this.#journal)
    this.transactionVersion = transactionVersion
    this.transactions = new TransactionCoordinator({
      clock,
      journal: this.#journal,
      newProducerId: () => this.newProducerId(),
      version: transactionVersion,
      writeMarkers: (transaction, outcome) => this.#writeMarkers(transaction, outcome),
    })
    this.#cleanedAtMs = clock.monotonic()
    this.#load()
  }

  /** Resolves when the store has every change made so far. */
  settled(): Promise<void> {
    return this.#journal.settled()
  }

  /** Creates topics. Throws `TRANSPORT_TOPIC_ALREADY_EXISTS` if one exists. */
  createTopics(topics: readonly NewTopic[]): void {
    for (const topic of topics) this.topics.create(topic)
  }

  /** Deletes a topic with its records and its committed offsets. Throws `TRANSPORT_UNKNOWN_TOPIC_OR_PARTITION`. */
  deleteTopic(name: string): void {
    const partitions = this.topics.topic(name).partitions.length
    this.topics.delete(name)
    this.offsets.deleteTopic(name)
    for (let partition = 0; partition < partitions; partition++) this.#notify({ topic: name, partition })
  }

  /** Appends a sealed batch, and returns the offset of its first record. Throws a `TransportError` if the batch is refused. */
  append(partition: TopicPartition, sealed: Uint8Array, leaderEpoch?: number): number {
    this.autoCreate(partition.topic, partition.partition + 1)
    const offset = this.topics.partition(partition).append(sealed, this.clock.now(), leaderEpoch)
    this.#cleanWhenDue()
    this.#notify(partition)
    return offset
  }

  /**
   * Lets the batches of a producer into a partition: version 1 needs the partition to be part of its transaction, version 2 makes it one
   * (KIP-890). Throws a `TransportError`.
   */
  admit(
    partition: TopicPartition,
    { transactionalId, version, ...producer }: TransactionalIdentity & { readonly version: 1 | 2 },
  ): void {
    this.autoCreate(partition.topic, partition.partition + 1)
    this.topics.partition(partition)
    if (version === 1) this.transactions.verify(transactionalId, producer, partition)
    else this.transactions.add(transactionalId, producer, { partitions: [partition] })
  }

  /** Creates an unknown topic, if this broker does so. */
  autoCreate(topic: string, partitionsMin = 1): void {
    if (this.#autoCreatePartitions !== null && this.topics.get(topic) === undefined)
      this.topics.create({ name: topic, partitions: Math.max(this.#autoCreatePartitions, partitionsMin) })
  }

  /** Reads without waiting. The answer has the partitions that have new batches or an error. */
  read(positions: readonly FetchPosition[], limits: FetchLimits): readonly FetchedPartition[] {
    const fetched: FetchedPartition[] = []
    let bytesLeft = limits.maxBytes
    for (const position of positions) {
      if (bytesLeft <= 0) break
      const { answer, byteLength } = this.#readPartition(position, Math.min(bytesLeft, limits.maxBytesPerPartition), limits)
      bytesLeft -= byteLength
      if (answer.error !== null || answer.batches.length > 0 || isHeldUp(answer, limits)) fetched.push(answer)
    }
    return fetched
  }

  /** Whether a fetch can answer now: there are `minBytes` to read, or a partition has an error. */
  isReady(positions: readonly FetchPosition[], limits: Pick<FetchLimits, 'minBytes' | 'isolationLevel'>): boolean {
    const { minBytes, isolationLevel } = limits
    let bytes = 0
    for (const { topic: name, partition, offset, topicId, leaderEpoch } of positions) {
      const topic = this.topics.get(name)
      const log = topic?.partitions[partition]
      if (log === undefined || (topicId !== undefined && topicId !== topic?.id)) return true
      if (offset < log.startOffset || offset > log.highWatermark) return true
      if (leaderEpoch !== undefined && log.divergence(offset, leaderEpoch) !== undefined) return true
      bytes += log.availableBytes(offset, minBytes, isolationLevel)
      if (bytes >= minBytes && bytes > 0) return true
    }
    return false
  }

  /** Calls `callback` with the partition whenever one of them changes. The returned function ends that. */
  watch(partitions: readonly TopicPartition[], callback: Watcher): () => void {
    const sets = partitions.map((partition) => this.#watchersOf(partitionKey(partition)))
    for (const set of sets) set.add(callback)
    return () => {
      for (const set of sets) set.delete(callback)
    }
  }

  /** Returns the offset that `spec` names. For a time after the last record, it is the end of the partition. */
  listOffset(partition: TopicPartition, spec: OffsetSpec): number {
    const log = this.topics.partition(partition)
    if (spec === 'earliest') return log.startOffset
    if (spec === 'latest') return log.highWatermark
    return spec === 'latest-stable' ? log.lastStableOffset : log.offsetAt(spec.timestampMs)
  }

  /** Deletes the records before an offset, so that the partition's log begins there. */
  deleteRecords(partition: TopicPartition, before: number): void {
    this.topics.partition(partition).deleteRecords(before)
    this.#notify(partition)
  }

  /** The epoch in which the partition has its leader. It grows by `truncate`. */
  leaderEpochOf({ topic, partition }: TopicPartition): number {
    return this.topics.get(topic)?.partitions[partition]?.leaderEpoch ?? 0
  }

  /** Loses the batches of a partition that end after the offset, to a leader of the next epoch that lacks them. Returns them. */
  truncate(partition: TopicPartition, offset: number, leaderEpoch: number): readonly StoredBatch[] {
    const lost = this.topics.partition(partition).truncate(offset, leaderEpoch)
    this.#notify(partition)
    return lost
  }

  /** Returns a producer id that no producer has had, restarts of the broker included. */
  newProducerId(): number {
    const id = this.#nextProducerId++
    this.#journal.write('producer-id', Buffer.from(String(this.#nextProducerId)))
    return id
  }

  /** Returns a group by its name. An unknown group is created empty. */
  group(groupId: string): EmbeddedGroup {
    const group = this.#groups.get(groupId) ?? new EmbeddedGroup(groupId, this.clock, this.#chance)
    this.#groups.set(groupId, group)
    return group
  }

  /** All groups that have members or committed offsets, by name. */
  groups(): readonly EmbeddedGroup[] {
    const names = [...new Set([...this.#groups.keys(), ...this.offsets.groups()])].filter((groupId) => this.hasGroup(groupId))
    return names.sort().map((groupId) => this.group(groupId))
  }

  /** Whether there is such a group: it had members once, or has offsets. A question about a group does not make it. */
  hasGroup(groupId: string): boolean {
    const group = this.#groups.get(groupId)
    return this.offsets.has(groupId) || (group !== undefined && (group.generationId > 0 || !group.isEmpty))
  }

  /**
   * Commits offsets of a group, all or nothing. Throws a `TransportError` if the member is in another generation, or a
   * partition does not exist.
   */
  commitOffsets(identity: GroupIdentity, commits: readonly OffsetCommit[]): void {
    this.group(identity.groupId).checkCommit(identity)
    for (const commit of commits) this.topics.partition(commit)
    this.offsets.commit(identity.groupId, commits)
  }

  /**
   * Makes offsets of a group part of a transaction: they are committed when it is (KIP-447). Throws a `TransportError` if the member is in
   * another generation, or a partition does not exist.
   */
  commitInTransaction(
    { transactionalId, ...producer }: TransactionalIdentity,
    member: GroupIdentity,
    commits: readonly OffsetCommit[],
  ): void {
    const { groupId } = member
    this.checkTransactionalCommit(member)
    for (const commit of commits) this.topics.partition(commit)
    this.transactions.add(transactionalId, producer, { groups: [groupId] })
    this.group(groupId)
    this.pendingOffsets.add(groupId, producer.producerId, commits)
  }

  /** Called when a transaction is committed, with its offsets of a group. */
  commitPending(groupId: string, _producerId: number, commits: readonly OffsetCommit[]): void {
    this.offsets.commit(groupId, commits)
  }

  /** Throws if the caller is a zombie of the group. */
  checkTransactionalCommit(member: GroupIdentity): void {
    const group = this.#groups.get(member.groupId)
    if (group !== undefined) return group.checkTransactionalCommit(member)
    if (member.generationId >= 0)
      throw refusal('ILLEGAL_GENERATION', `There is no group ${member.groupId}: join again.`, { groupId: member.groupId })
  }

  /** Throws `TRANSPORT_UNSTABLE_OFFSET_COMMIT` if a transaction that has not ended has offsets of the partition. */
  checkStable(groupId: string, partition: TopicPartition): void {
    if (!this.pendingOffsets.has(groupId, partition)) return
    const message = `A transaction has offsets of ${partitionKey(partition)} for group ${groupId}, and has not ended: try again.`
    throw refusal('UNSTABLE_OFFSET_COMMIT', message, { groupId, topic: partition.topic, partition: partition.partition })
  }

  /**
   * Deletes a group with its offsets. Throws `TRANSPORT_NON_EMPTY_GROUP` while it has members, and `TRANSPORT_GROUP_ID_NOT_FOUND`
   * if there is no such group.
   */
  deleteGroup(groupId: string): void {
    const group = this.#groups.get(groupId)
    if (group?.isEmpty === false) throw refusal('NON_EMPTY_GROUP', `Group ${groupId} has members: close them first.`, { groupId })
    if (!this.hasGroup(groupId)) throw refusal('GROUP_ID_NOT_FOUND', `There is no group ${groupId}: correct the id.`, { groupId })
    this.#groups.delete(groupId)
    this.offsets.deleteGroup(groupId)
    this.pendingOffsets.deleteGroup(groupId)
  }

  /** Applies retention and compaction to all partitions. `append` calls it, at most every 15 s. */
  clean(): void {
    this.#cleanedAtMs = this.clock.monotonic()
    const now = this.clock.now()
    for (const { partitions } of this.topics.all()) for (const log of partitions) log.clean(now)
  }

  /** Ends the timers of groups, writes the last changes to the store, and closes it. */
  close(): void {
    for (const group of this.#groups.values()) group.close()
    this.transactions.close()
    this.#journal.flush()
    this.#store?.close()
  }

  #readPartition(position: FetchPosition, bytesMax: number, limits: FetchLimits) {
    const { topic, partition, offset, topicId, leaderEpoch = -1 } = position
    try {
      this.topics.checkId(topic, topicId)
      const log = this.topics.partition({ topic, partition })
      const end = log.divergence(offset, leaderEpoch)
      if (end !== undefined) throw logTruncation(position, end)
      const { byteLength, ...range } = log.read(offset, bytesMax, limits.isolationLevel)
      return { byteLength, answer: { topic, partition, error: null, ...range } satisfies FetchedPartition }
    } catch (error) {
      if (!(error instanceof TransportError)) throw error
      const isCorrupt = error.code === 'TRANSPORT_CORRUPT_MESSAGE'
      const failure = isCorrupt ? unreadable({ topic, partition, offset }, error) : error
      return { byteLength: 0, answer: this.#failed({ topic, partition }, failure) }
    }
  }

  #failed({ topic, partition }: TopicPartition, error: TransportError): FetchedPartition {
    const log = this.topics.get(topic)?.partitions[partition]
    return {
      topic,
      partition,
      error,
      batches: [],
      highWatermark: log?.highWatermark ?? -1,
      lastStableOffset: log?.lastStableOffset ?? -1,
      logStartOffset: log?.startOffset ?? -1,
      abortedTransactions: [],
    }
  }

  #cleanWhenDue(): void {
    if (this.clock.monotonic() - this.#cleanedAtMs >= cleanIntervalMs) this.clean()
  }

  #notify(partition: TopicPartition): void {
    for (const callback of this.#watchers.get(partitionKey(partition)) ?? []) callback(partition)
  }

  #watchersOf(key: string): Set<Watcher> {
    const watchers = this.#watchers.get(key) ?? new Set<Watcher>()
    this.#watchers.set(key, watchers)
    return watchers
  }

  #writeMarkers({ producerId, producerEpoch, partitions, groups }: Transaction, outcome: TransactionOutcome): void {
    const marker = markerBatch({ producerId, producerEpoch }, outcome, this.clock.now())
    for (const partition of partitions)
      if (this.topics.get(partition.topic)?.partitions[partition.partition] !== undefined) this.append(partition, marker)
    for (const groupId of groups) {
      const offsets = this.pendingOffsets.take(groupId, producerId)
      const known = offsets.filter(({ topic, partition }) => this.topics.get(topic)?.partitions[partition] !== undefined)
      if (outcome === 'commit') this.commitPending(groupId, producerId, known)
    }
  }

  #loadsOther(key: string, value: Uint8Array): boolean {
    return this.offsets.load(key, value) || this.pendingOffsets.load(key, value) || this.transactions.load(key, value)
  }

  #load(): void {
    const entries = [...(this.#store?.load() ?? [])]
    for (const { key, value } of entries) this.topics.load(key, value, 'topics')
    for (const { key, value } of entries) {
      if (key === 'producer-id') this.#nextProducerId = Number(Buffer.from(value).toString())
      else if (!this.#loadsOther(key, value)) this.topics.load(key, value, 'logs')
    }
    this.transactions.loaded()
  }
}

/** An open transaction is before what follows the position: the reader hears how far is stable, also without records. */
function isHeldUp({ lastStableOffset, highWatermark }: FetchedPartition, { isolationLevel }: FetchLimits): boolean {
  return isolationLevel === 'read_committed' && lastStableOffset < highWatermark
}
