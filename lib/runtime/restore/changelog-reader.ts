import type { Clock } from '../../clock/clock.ts'
import { sleep } from '../../clock/clock.ts'
import { assert } from '../../model/assert.ts'
import type { StreamsError } from '../../model/errors.ts'
import { ProcessorStateError, TaskCorruptedError, TransportError } from '../../model/errors.ts'
import { compareTaskIds, type TaskId, taskIdString } from '../../model/task-id.ts'
import type { TopicPartition } from '../../model/topic-partition.ts'
import { partitionKey } from '../../model/topic-partition.ts'
import type { Admin } from '../../transport/admin.ts'
import type { FetchedPartition, Fetcher, FetchLimits } from '../../transport/fetcher.ts'
import { fetchedBytes, positionAfter } from '../../transport/readable-ranges.ts'
import type { Logger } from '../logger.ts'
import type { HeldUpPartitions } from '../loop/held-up-partitions.ts'
import type { MemoryGate } from '../loop/memory-gate.ts'
import type { ThreadMeter } from '../metrics/thread-meter.ts'
import type { Changelog, RestoredRecord, StateRestoreListener } from './changelog.ts'
import { describeChangelogs, unknownTopic, whyStale, type ChangelogTopic } from './changelog-topics.ts'
import { changelogSlices, type ChangelogSlice } from './changelog-records.ts'
import { Turns } from './turns.ts'

export interface ChangelogReaderOptions {
  /** Opens the reader's own fetcher, at the first restore that has something to read. */
  readonly openFetcher: () => Promise<Fetcher>
  readonly admin: Admin
  readonly clock: Clock
  readonly logger: Logger
  readonly listener: StateRestoreListener
  /** `read_committed` under exactly-once. */
  readonly limits: Omit<FetchLimits, 'signal'>
  /** While it is closed, nothing is fetched. Default: it is open. */
  readonly gate?: Pick<MemoryGate, 'isOpen'> | undefined
  /** Hears which changelogs wait for transactions of others. Default: nobody does. */
  readonly heldUp?: Pick<HeldUpPartitions, 'note'> | undefined
  /** Told what was restored. Default: nobody is. */
  readonly meter?: Pick<ThreadMeter, 'restored'> | undefined
  /** Pause after a retriable error, and while the gate is closed. */
  readonly retryBackoffMs: number
  /** Retriable errors are thrown after this long without any progress. Java: `task.timeout.ms`. */
  readonly taskTimeoutMs: number
}

interface Restore {
  readonly changelog: Changelog
  readonly endOffset: number
  readonly topicId: string | undefined
  position: number
  totalRestored: number
}

const outOfRange = 'STREAMS_CHANGELOG_OUT_OF_RANGE'
const staleState = 'STREAMS_STATE_STALE'

/**
 * Restores stores from their changelog partitions (Java: `StoreChangelogReader`). All registered changelogs are read together, with
 * a fetcher of the reader's own, so that running tasks are not held up. The reader has no loop: its owner calls `restoreOnce` until
 * `isIdle`. Changelogs may be registered and unregistered while a step is under way.
 */
export class ChangelogReader {
  readonly #options: ChangelogReaderOptions
  readonly #registered = new Map<string, Changelog>()
  readonly #restores = new Map<string, Restore>()
  #fetcher: Fetcher | null = null
  #waiting = new AbortController()
  #step: Promise<readonly Changelog[]> | null = null
  readonly #turns: Turns
  #troubleSinceMs: number | null = null
  /** The answers whose records are being applied. */
  #fetched: readonly FetchedPartition[] = []
  #isClosed = false

  constructor(options: ChangelogReaderOptions) {
    this.#options = options
    this.#turns = new Turns(options.clock)
  }

  /** True if no changelog is registered or being restored. */
  get isIdle(): boolean {
    return this.#registered.size === 0 && this.#restores.size === 0
  }

  /** Bytes of the fetched batches whose records are being applied. */
  get heldBytes(): number {
    return fetchedBytes(this.#fetched)
  }

  /** Records that are still to be restored of this task. */
  remaining(task: TaskId): number {
    const mine = [...this.#restores.values()].filter(
      ({ changelog: { taskId } }) => taskId !== null && compareTaskIds(taskId, task) === 0,
    )
    return mine.reduce((sum, { endOffset, position }) => sum + Math.max(0, endOffset - position), 0)
  }

  /** Restores this changelog from the next step on. A fetch that waits for other changelogs ends early. */
  register(changelog: Changelog): void {
    const key = partitionKey(changelog.partition)
    assert(!this.#registered.has(key) && !this.#restores.has(key), `Changelog ${key} is restored once at a time.`)
    this.#registered.set(key, changelog)
    this.#waiting.abort()
  }

  /** Forgets a changelog whose task closes. If its restore had begun, `onRestoreSuspended` is called. Idempotent. */
  unregister(partition: TopicPartition): void {
    const key = partitionKey(partition)
    this.#registered.delete(key)
    const restore = this.#restores.get(key)
    this.#restores.delete(key)
    if (restore !== undefined) this.#options.listener.onRestoreSuspended?.(...named(restore), restore.totalRestored)
  }

  /**
   * Runs one step: looks up the ends of newly registered changelogs, then waits for at most one fetch and applies its records.
   * Resolves to the changelogs that are now complete, and forgets them. Only one call may be under way.
   *
   * Rejects, after the other fetched records are applied,
   * - with a `TaskCorruptedError` of code `STREAMS_CHANGELOG_OUT_OF_RANGE` that names all tasks whose position the broker no longer
   *   has, or of code `STREAMS_STATE_STALE` that names those whose stored state is no part of the changelog any more; for global
   *   stores it is a `ProcessorStateError` of that code. These changelogs are forgotten;
   * - with a `TransportError` that is not retriable, or that went on for `taskTimeoutMs`.
   */
  async restoreOnce(): Promise<readonly Changelog[]> {
    assert(this.#step === null, 'One restore step at a time.')
    this.#step = this.#restoreOnce()
    try {
      return await this.#step
    } finally {
      this.#step = null
    }
  }

  /** Ends a waiting step, suspends all restores, and closes the fetcher. Idempotent. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#waiting.abort()
    for (const { changelog } of this.#restores.values()) this.unregister(changelog.partition)
    this.#registered.clear()
    await this.#step?.catch(() => undefined)
    await this.#fetcher?.close()
    this.#fetcher = null
  }

  async #restoreOnce(): Promise<readonly Changelog[]> {
    // A changelog that is registered from here on ends the fetch below. Those registered before are begun first.
    this.#waiting = new AbortController()
    try {
      throwFirst(await this.#begin())
      const completed = this.#complete()
      if (completed.length > 0 || this.#restores.size === 0 || this.#isClosed) return this.#withoutTrouble(completed)
      if (this.#mayFetch()) await this.#takeAll()
      else await sleep(this.#options.clock, this.#options.retryBackoffMs, this.#waiting.signal)
      this.#troubleSinceMs = null
    } catch (error) {
      await this.#endure(error)
    }
    return this.#complete()
  }

  /** A step that went through ends the trouble before it, also if there was nothing to read. */
  #withoutTrouble(completed: readonly Changelog[]): readonly Changelog[] {
    this.#troubleSinceMs = null
    return completed
  }

  async #begin(): Promise<StreamsError[]> {
    const changelogs = [...this.#registered.values()]
    if (changelogs.length === 0) return []
    // The end is the high watermark, also under read_committed: a transaction of the last owner may still wait for its marker.
    const ends = await this.#offsets(changelogs, 'latest')
    const starts = await this.#offsets(
      changelogs.filter(({ start }) => start === 'earliest'),
      'earliest',
    )
    const topics = await this.#topics(changelogs)
    return changelogs.flatMap((changelog) => {
      const key = partitionKey(changelog.partition)
      const end = ends.get(key)
      const position = changelog.start === 'earliest' ? starts.get(key) : changelog.start
      const topic = topics.get(changelog.partition.topic) ?? unknownTopic
      const isCurrent = this.#registered.get(key) === changelog
      if (!isCurrent || end === undefined || position === undefined) return []
      return this.#enter(changelog, topic, position, end)
    })
  }

  #topics(changelogs: readonly Changelog[]): Promise<ReadonlyMap<string, ChangelogTopic>> {
    const { admin, logger } = this.#options
    const namesOf = (some: readonly Changelog[]) => new Set(some.map(({ partition }) => partition.topic))
    return describeChangelogs(
      namesOf(changelogs),
      namesOf(changelogs.filter(({ stored }) => stored !== undefined)),
      admin,
      logger,
    )
  }

  async #offsets(changelogs: readonly Changelog[], spec: 'earliest' | 'latest'): Promise<ReadonlyMap<string, number>> {
    if (changelogs.length === 0) return new Map()
    const partitions = changelogs.map(({ partition }) => partition)
    const offsets = await this.#options.admin.listOffsets(partitions, spec)
    return new Map(offsets.map((each) => [partitionKey(each), each.offset]))
  }

  #enter(changelog: Changelog, topic: ChangelogTopic, position: number, logEnd: number): StreamsError[] {
    const { partition, stored } = changelog
    const key = partitionKey(partition)
    this.#registered.delete(key)
    const why = stored && whyStale(partition, stored, topic, this.#options.clock.now())
    if (why !== undefined) return [stale(changelog, why)]
    // A log that ends before the position is not the log that the store was built from.
    if (position > logEnd) return [corrupted(changelog, position)]
    const endOffset = Math.min(logEnd, changelog.endOffsetMax ?? Infinity)
    const restore = { changelog, endOffset, topicId: topic.id, position, totalRestored: 0 }
    this.#restores.set(key, restore)
    changelog.begin?.(topic.id)
    this.#options.listener.onRestoreStart?.(...named(restore), position, restore.endOffset)
    return []
  }

  /** With too much in memory, all that is restored is stored first. If that does not help, the restores wait. */
  #mayFetch(): boolean {
    const { gate } = this.#options
    if (gate === undefined || gate.isOpen()) return true
    for (const { changelog } of this.#restores.values()) changelog.relieve?.()
    return gate.isOpen()
  }

  async #takeAll(): Promise<void> {
    this.#fetched = await this.#fetch()
    try {
      const errors: StreamsError[] = []
      this.#turns.begin()
      for (const fetched of this.#fetched) errors.push(...(await this.#take(fetched)))
      throwFirst(errors)
    } finally {
      this.#fetched = []
    }
  }

  async #fetch(): Promise<readonly FetchedPartition[]> {
    this.#fetcher ??= await this.#options.openFetcher()
    const positions = [...this.#restores.values()].map(({ changelog, position, topicId }) => ({
      ...changelog.partition,
      offset: position,
      topicId,
    }))
    // While the fetcher was being opened, the reader was closed or all changelogs were unregistered.
    if (positions.length === 0) return []
    return this.#fetcher.fetch(positions, { ...this.#options.limits, signal: this.#waiting.signal })
  }

  async #take(fetched: FetchedPartition): Promise<StreamsError[]> {
    const key = partitionKey(fetched)
    const restore = this.#restores.get(key)
    if (restore === undefined) return []
    if (fetched.error !== null) return this.#onError(restore, fetched.error)
    const nextOffset = Math.min(restore.endOffset, positionAfter(fetched, restore.position))
    if (this.#options.limits.isolationLevel === 'read_committed') this.#options.heldUp?.note(fetched, nextOffset)
    if (nextOffset <= restore.position) return []
    const range = { from: restore.position, to: nextOffset }
    for (const slice of changelogSlices(fetched, range, restore.changelog.records))
      if (slice.nextOffset > restore.position && !(await this.#takeSlice(restore, slice))) break
    return []
  }

  /** Resolves to false if the changelog was unregistered meanwhile. */
  async #takeSlice(restore: Restore, { records, count, nextOffset }: ChangelogSlice): Promise<boolean> {
    const { changelog } = restore
    if (records.length > 0) await changelog.prepare?.(records)
    // While the serdes were prepared, the changelog was unregistered, and perhaps registered anew.
    if (!this.#isCurrent(restore)) return false
    const isApplied = await this.#apply(restore, changelog.accept?.(records) ?? records, nextOffset)
    if (isApplied) this.#applied(restore, count)
    return isApplied
  }

  /** Applies records turn by turn. Resolves to false if the changelog was unregistered meanwhile. */
  async #apply(restore: Restore, records: readonly RestoredRecord[], nextOffset: number): Promise<boolean> {
    let rest = records
    for (;;) {
      const reached = restore.changelog.apply(rest, nextOffset)
      restore.position = reached
      await this.#turns.give()
      if (!this.#isCurrent(restore)) return false
      if (reached === nextOffset) return true
      rest = rest.filter(({ offset }) => offset >= reached)
    }
  }

  #applied(restore: Restore, count: number): void {
    restore.totalRestored += count
    this.#troubleSinceMs = null
    const { taskId } = restore.changelog
    if (taskId !== null) this.#options.meter?.restored(taskId, count)
    this.#options.listener.onBatchRestored?.(...named(restore), restore.position, count)
  }

  /** False if the changelog was unregistered, and perhaps registered anew. */
  #isCurrent(restore: Restore): boolean {
    return this.#restores.get(partitionKey(restore.changelog.partition)) === restore
  }

  #onError(restore: Restore, error: TransportError): StreamsError[] {
    const { changelog, position, totalRestored } = restore
    if (error.kind !== 'out-of-range') return [error]
    this.unregister(changelog.partition)
    // Retention has moved the start of the log since it was looked up. No record is applied yet, so the restore begins again.
    if (changelog.start === 'earliest' && totalRestored === 0) this.register(changelog)
    else return [corrupted(changelog, position, error)]
    return []
  }

  #complete(): readonly Changelog[] {
    const complete = [...this.#restores.values()].filter(({ position, endOffset }) => position >= endOffset)
    for (const restore of complete) {
      this.#restores.delete(partitionKey(restore.changelog.partition))
      this.#options.listener.onRestoreEnd?.(...named(restore), restore.totalRestored)
    }
    return complete.map(({ changelog }) => changelog)
  }

  async #endure(error: unknown): Promise<void> {
    if (!(error instanceof TransportError) || error.kind !== 'retriable') throw error
    const { clock, taskTimeoutMs, retryBackoffMs } = this.#options
    this.#troubleSinceMs ??= clock.monotonic()
    if (clock.monotonic() - this.#troubleSinceMs >= taskTimeoutMs) throw error
    await sleep(clock, retryBackoffMs, this.#waiting.signal)
  }
}

function named({ changelog }: Restore): readonly [TopicPartition, string] {
  return [changelog.partition, changelog.storeName]
}

function corrupted(changelog: Changelog, position: number, cause?: TransportError): StreamsError {
  const { partition, storeName, taskId } = changelog
  const message =
    `Store ${storeName} cannot go on at offset ${position} of its changelog ${partitionKey(partition)}: the broker does not have it ` +
    '(any more). The store is to be restored from the beginning.'
  const options = { facts: { partition, storeName, position }, cause }
  if (taskId === null) return new ProcessorStateError(outOfRange, message, options)
  return new TaskCorruptedError([taskId], message, { ...options, code: outOfRange })
}

function stale({ partition, storeName, taskId }: Changelog, why: string): StreamsError {
  const message = `The stored state of ${storeName} cannot be used: ${why}. The store is to be restored from the beginning.`
  const facts = { partition, storeName }
  if (taskId === null) return new ProcessorStateError(staleState, message, { facts })
  return new TaskCorruptedError([taskId], message, { facts, code: staleState })
}

/**
 * Throws one of several errors. Corrupted tasks come first, all in one error, because their changelogs are forgotten by now. Other
 * errors come again with the next step.
 */
function throwFirst(errors: readonly StreamsError[]): void {
  const tasks = errors.filter((error) => error instanceof TaskCorruptedError)
  if (tasks.length > 1) throw together(tasks)
  const isOfState = ({ code }: StreamsError): boolean => code === outOfRange || code === staleState
  const [first] = [...tasks, ...errors.filter(isOfState), ...errors]
  if (first !== undefined) throw first
}

function together(errors: readonly TaskCorruptedError[]): TaskCorruptedError {
  const tasks = new Map(errors.flatMap((error) => error.tasks.map((task) => [taskIdString(task), task])))
  const message = errors.map((error) => error.message).join(' ')
  const facts = { changelogs: errors.map((error) => error.facts) }
  return new TaskCorruptedError([...tasks.values()], message, { code: errors[0]!.code, facts, cause: errors[0]!.cause })
}
