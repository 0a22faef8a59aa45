import type { TopologyPlan } from '../../topology/topology-plan.ts'
import type { Admin } from '../../transport/admin.ts'
import type { Cluster } from '../../transport/cluster.ts'
import type { MemberMemory } from '../../transport/group/group-member-options.ts'
import type { ThreadEnvironment } from '../environment/thread-environment.ts'
import type { ResolvedConfig } from '../streams-config.ts'

/** What a group protocol needs to open its membership. */
export interface OpenMembershipOptions {
  readonly plan: TopologyPlan
  readonly config: ResolvedConfig
  readonly cluster: Cluster
  readonly admin: Admin
  readonly environment: ThreadEnvironment
  /** The id of the process, which stays the same as long as its state directory exists. */
  readonly processId: string
  /** Keeps the id of the member over restarts of the thread and of the process. */
  readonly memory: MemberMemory
  /** Makes the internal topics. Resolves to the number of partitions of each topic. */
  readonly prepareTopics: () => Promise<ReadonlyMap<string, number>>
}
