import type { Clock } from '../../clock/clock.ts'
import type { TopologyPlan } from '../../topology/topology-plan.ts'
import type { Admin } from '../../transport/admin.ts'
import type { KnownTopics } from '../../transport/topics/known-topics.ts'
import { changeText, isLost, topicChanges, type TopicChange } from '../../transport/topics/topic-changes.ts'
import { TopicWatch } from '../../transport/topics/topic-watch.ts'
import type { Logger } from '../logger.ts'
import { internalTopicsLost } from './internal-topics-lost.ts'
import { internalTopicNames, lookUpTopics, topicsOfTasks } from './topics-of-tasks.ts'

export interface AssignedTopicsOptions {
  readonly plan: TopologyPlan
  readonly admin: Pick<Admin, 'metadata'>
  readonly clock: Clock
  readonly logger: Logger
  /** How often the topics are looked up. Java: `metadata.max.age.ms`. */
  readonly intervalMs: number
}

/** Who is told of topics. */
export interface TopicsListener {
  /** The topics that tasks read are not those by which the tasks were assigned. */
  readonly onChange: () => void
  /** Internal topics are gone. */
  readonly onLost: (error: unknown) => void
}

/** The topics by which a group has assigned the tasks of a thread. It sees to it that another assignment follows when they change. */
export class AssignedTopics {
  readonly #options: AssignedTopicsOptions
  readonly #watch: TopicWatch
  readonly #internal: ReadonlySet<string>
  #assigning: KnownTopics | null = null

  constructor(options: AssignedTopicsOptions) {
    const { plan, clock, intervalMs } = options
    this.#options = options
    this.#internal = new Set(internalTopicNames(plan.subtopologies))
    this.#watch = new TopicWatch({ lookUp: () => this.look(), clock, intervalMs })
  }

  /** The topics of tasks, as they are now. */
  async look(): Promise<KnownTopics> {
    const { plan, admin } = this.#options
    return topicsOfTasks(plan, await lookUpTopics(plan, admin))
  }

  /** Called by the leader of the group before it assigns tasks: it goes by the topics of now. */
  async assigning(): Promise<void> {
    this.#assigning = await this.look()
  }

  /**
   * Called when tasks are assigned. Resolves to the topics of now, by which the tasks begin. Internal topics that are not those of the
   * assignment before are looked at once more: the broker that was asked may only be behind.
   *
   * A member takes it that the leader has seen what itself sees now. The leader knows what it saw. So a change in between is noticed
   * by the leader.
   */
  async assigned(): Promise<KnownTopics> {
    const topics = await this.look()
    const lost = this.#lost(topicChanges(this.#watch.known ?? topics, topics))
    this.#watch.known = new Map([...(this.#assigning ?? topics), ...lost.map(({ topic, before }) => [topic, before!] as const)])
    this.#assigning = null
    if (lost.length > 0) this.#watch.lookSoon()
    return topics
  }

  /** Whether a topic that was there when the tasks were assigned has been found to be gone. */
  isGone(topic: string): boolean {
    return this.#watch.known?.has(topic) === false
  }

  watch({ onChange, onLost }: TopicsListener): void {
    this.#watch.start((changes) => {
      const lost = this.#lost(changes)
      if (lost.length > 0) return onLost(internalTopicsLost(lost))
      this.#log(changes)
      onChange()
    })
  }

  /** Called when a broker answers as if it did not have a topic. */
  lookSoon(): void {
    this.#watch.lookSoon()
  }

  stop(): void {
    this.#watch.stop()
  }

  #lost(changes: readonly TopicChange[]): readonly TopicChange[] {
    return changes.filter((change) => this.#internal.has(change.topic) && isLost(change))
  }

  #log(changes: readonly TopicChange[]): void {
    for (const change of changes) {
      const level = isLost(change) ? 'warn' : 'info'
      this.#options.logger[level](`${changeText(change)} The tasks are assigned anew.`, { topic: change.topic })
    }
  }
}
