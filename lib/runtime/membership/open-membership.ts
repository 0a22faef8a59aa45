import type { TopologyPlan } from '../../topology/topology-plan.ts'
import type { Admin } from '../../transport/admin.ts'
import type { Cluster } from '../../transport/cluster.ts'
import type { ThreadEnvironment } from '../environment/thread-environment.ts'
import type { ResolvedConfig } from '../streams-config.ts'
import type { Membership } from './membership.ts'
import { openClassicMembership } from './open-classic-membership.ts'

interface OpenMembershipOptions {
  readonly plan: TopologyPlan
  readonly config: ResolvedConfig
  readonly cluster: Cluster
  readonly admin: Admin
  readonly environment: ThreadEnvironment
  /** The id of the process, which stays the same as long as its state directory exists. */
  readonly processId: string
  /** Makes the internal topics. Resolves to the number of partitions of each topic. */
  readonly prepareTopics: () => Promise<ReadonlyMap<string, number>>
}

/** Makes a membership that has not joined yet. Its connection is closed by `opened`. */
export type OpenMembership = (options: OpenMembershipOptions, opened: AsyncDisposableStack) => Promise<Membership>

/** Opens the membership that the configuration asks for. There is one group protocol so far. */
export const openMembership: OpenMembership = openClassicMembership
