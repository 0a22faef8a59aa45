import { sentenceOf } from '../../model/sentence.ts'
import type { Logger } from '../logger.ts'
import { partitionKey } from '../../model/topic-partition.ts'
import type { TopologyPlan } from '../../topology/topology-plan.ts'
import type { Admin, PartitionOffset } from '../../transport/admin.ts'
import type { OffsetCommit } from '../../transport/group-coordinator.ts'

export interface RepartitionPurgeOptions {
  readonly plan: TopologyPlan
  readonly admin: Admin
  readonly logger: Logger
  readonly intervalMs: number
}

/** Deletes processed records from repartition topics, because records there never expire by themselves. */
export class RepartitionPurge {
  readonly #options: RepartitionPurgeOptions
  readonly #topics: ReadonlySet<string>
  readonly #committed = new Map<string, PartitionOffset>()
  #lastMs = 0
  #isUnderWay = false

  constructor(options: RepartitionPurgeOptions) {
    this.#options = options
    this.#topics = new Set(options.plan.subtopologies.flatMap((each) => each.repartitionTopics.map(({ name }) => name)))
  }

  /** Notes offsets that have been committed. */
  committed(offsets: readonly OffsetCommit[]): void {
    for (const { topic, partition, offset } of offsets)
      if (this.#topics.has(topic)) this.#committed.set(partitionKey({ topic, partition }), { topic, partition, offset })
  }

  /** Deletes records if the interval has passed. Nobody needs to wait for it. If it fails, they are deleted next time. */
  async purge(monotonicMs: number): Promise<void> {
    if (this.#isUnderWay || this.#committed.size === 0 || monotonicMs - this.#lastMs < this.#options.intervalMs) return
    this.#lastMs = monotonicMs
    const offsets = [...this.#committed.values()]
    this.#committed.clear()
    this.#isUnderWay = true
    try {
      await this.#options.admin.deleteRecords(offsets)
    } catch (error) {
      this.#options.logger.warn(`Processed records of repartition topics could not be deleted: ${sentenceOf(error)}`)
    } finally {
      this.#isUnderWay = false
    }
  }
}
