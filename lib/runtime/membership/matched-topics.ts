import type { Clock, Timer } from '../../clock/clock.ts'
import { TransportError } from '../../model/errors.ts'
import type { Subtopology, TopologyPlan } from '../../topology/topology-plan.ts'
import type { Admin } from '../../transport/admin.ts'
import { inputTopics } from '../topics/partition-counts.ts'

export interface MatchedTopicsOptions {
  readonly plan: TopologyPlan
  readonly admin: Pick<Admin, 'metadata'>
  readonly clock: Clock
  /** How often the topics of the cluster are looked up. Java: `metadata.max.age.ms`. */
  readonly intervalMs: number
}

/**
 * Watches which topics the patterns of a topology match, because topics come and go while the application runs. For a topology
 * without patterns it looks nothing up.
 */
export class MatchedTopics {
  readonly #options: MatchedTopicsOptions
  readonly #readers: readonly Subtopology[]
  #known: string | null = null
  #next: Timer | null = null

  constructor(options: MatchedTopicsOptions) {
    this.#options = options
    this.#readers = options.plan.subtopologies.filter(({ nodes }) =>
      nodes.some((node) => node.kind === 'source' && node.pattern !== undefined),
    )
  }

  /** Resolves after the first look. From then on `onChange` is called whenever a look finds other topics than the one before. */
  async watch(onChange: () => void): Promise<void> {
    if (this.#readers.length > 0) await this.#look(onChange)
  }

  stop(): void {
    this.#next?.cancel()
    this.#next = null
  }

  async #look(onChange: () => void): Promise<void> {
    this.#next = this.#options.clock.schedule(this.#options.intervalMs, () => void this.#look(onChange))
    const topics = await this.#topics()
    if (topics === null || topics === this.#known) return
    const isFirst = this.#known === null
    this.#known = topics
    if (!isFirst && this.#next !== null) onChange()
  }

  /** Null if the cluster does not answer. The next look tries again; fetches and commits report an outage that lasts. */
  async #topics(): Promise<string | null> {
    try {
      const names = (await this.#options.admin.metadata()).map(({ name }) => name)
      return JSON.stringify(this.#readers.map((reader) => inputTopics(reader, names)))
    } catch (error) {
      if (error instanceof TransportError) return null
      throw error
    }
  }
}
