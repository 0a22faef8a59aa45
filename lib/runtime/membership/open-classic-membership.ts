import type { TopologyPlan } from '../../topology/topology-plan.ts'
import { ClassicMembership } from './classic-membership.ts'
import type { Membership } from './membership.ts'
import type { OpenMembershipOptions } from './open-membership-options.ts'
import { StreamAssignor } from './stream-assignor.ts'
import { topologyHash } from './topology-hash.ts'

/** The loop waits at most this long for a commit: no task goes on meanwhile. */
const commitWaitMs = 2000

/** Opens a membership by the classic group protocol. */
export async function openClassicMembership(options: OpenMembershipOptions, opened: AsyncDisposableStack): Promise<Membership> {
  const { plan, config, cluster, admin, environment, processId, memory, prepareTopics } = options
  const groupId = config.applicationId
  const clientId = `${environment.threadId}-consumer`
  const coordinator = opened.adopt(
    await cluster.groupCoordinator({ clientId, groupId, log: environment.logger, metrics: environment.metrics }),
    (each) => each.close(),
  )
  const {
    sessionTimeoutMs,
    maxPollIntervalMs: rebalanceTimeoutMs,
    heartbeatIntervalMs,
    retryBackoffMs,
    acceptableRecoveryLag,
  } = config
  return new ClassicMembership({
    coordinator,
    clock: environment.clock,
    groupId,
    groupInstanceId: config.groupInstanceId ?? null,
    sessionTimeoutMs,
    rebalanceTimeoutMs,
    heartbeatIntervalMs,
    retryBackoffMs,
    commitWaitMs,
    topics: sourceTopics(plan),
    topologyHash: topologyHash(plan),
    processId,
    memory,
    assignor: new StreamAssignor({ plan, admin, acceptableRecoveryLag, prepareTopics }),
  })
}

function sourceTopics({ subtopologies }: TopologyPlan): readonly string[] {
  const regular = subtopologies.filter(({ kind }) => kind === 'regular')
  return [...new Set(regular.flatMap((each) => each.sourceTopics))].sort()
}
