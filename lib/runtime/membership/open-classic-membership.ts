import type { TopologyPlan } from '../../topology/topology-plan.ts'
import type { Admin } from '../../transport/admin.ts'
import type { Cluster } from '../../transport/cluster.ts'
import type { ThreadEnvironment } from '../environment/thread-environment.ts'
import type { ResolvedConfig } from '../streams-config.ts'
import { ClassicMembership } from './classic-membership.ts'
import { MatchedTopics } from './matched-topics.ts'
import type { Membership } from './membership.ts'
import { StreamAssignor } from './stream-assignor.ts'
import { topologyHash } from './topology-hash.ts'

export interface OpenMembershipOptions {
  readonly plan: TopologyPlan
  readonly config: ResolvedConfig
  readonly cluster: Cluster
  readonly admin: Admin
  readonly environment: ThreadEnvironment
  /** Lasts as long as the state directory of the process. */
  readonly processId: string
  /** Makes internal topics, and answers the partitions of all topics. */
  readonly prepareTopics: () => Promise<ReadonlyMap<string, number>>
}

/** Makes a membership that has not joined yet. Its connection is closed by `opened`. */
export type OpenMembership = (options: OpenMembershipOptions, opened: AsyncDisposableStack) => Promise<Membership>

export const openClassicMembership: OpenMembership = async (options, opened) => {
  const { plan, config, cluster, admin, environment, processId, prepareTopics } = options
  const groupId = config.applicationId
  const clientId = `${environment.threadId}-consumer`
  const coordinator = opened.adopt(await cluster.groupCoordinator({ clientId, groupId }), (each) => each.close())
  const { sessionTimeoutMs, rebalanceTimeoutMs, heartbeatIntervalMs, retryBackoffMs, acceptableRecoveryLag } = config
  return new ClassicMembership({
    coordinator,
    clock: environment.clock,
    groupId,
    groupInstanceId: config.groupInstanceId ?? null,
    sessionTimeoutMs,
    rebalanceTimeoutMs,
    heartbeatIntervalMs,
    retryBackoffMs,
    topics: sourceTopics(plan),
    topologyHash: topologyHash(plan),
    processId,
    assignor: new StreamAssignor({ plan, admin, acceptableRecoveryLag, prepareTopics }),
    matchedTopics: new MatchedTopics({ plan, admin, clock: environment.clock, intervalMs: config.metadataMaxAgeMs }),
  })
}

function sourceTopics({ subtopologies }: TopologyPlan): readonly string[] {
  const regular = subtopologies.filter(({ kind }) => kind === 'regular')
  return [...new Set(regular.flatMap((each) => each.sourceTopics))].sort()
}
