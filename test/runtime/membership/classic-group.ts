import type { Clock } from '../../../lib/clock/clock.ts'
import { ClassicMembership } from '../../../lib/runtime/membership/classic-membership.ts'
import { StreamAssignor } from '../../../lib/runtime/membership/stream-assignor.ts'
import { topologyHash } from '../../../lib/runtime/membership/topology-hash.ts'
import type { Admin } from '../../../lib/transport/admin.ts'
import type { Cluster } from '../../../lib/transport/cluster.ts'
import type { MembershipGroup } from '../../conformance/membership-suite.ts'
import { plan, source, subtopology } from '../plan.ts'

export interface ClassicGroup extends MembershipGroup {
  close(): Promise<void>
}

/** A group of the classic protocol on a cluster, with a topic of its own. `sessionTimeoutMs`: the least that the cluster allows, or more. */
export async function classicGroup(
  cluster: Cluster,
  clock: Clock,
  groupId: string,
  sessionTimeoutMs: number,
): Promise<ClassicGroup> {
  const topic = `${groupId}-in`
  const copying = plan(subtopology(0, [source('SOURCE', [topic])])).plan(groupId)
  const admin = await cluster.admin({ clientId: 'test' })
  await admin.createTopics([{ name: topic, partitions: 2 }])
  const opened: { close(): Promise<void> }[] = [admin]
  const coordinatorFor = async (clientId: string) => {
    const coordinator = await cluster.groupCoordinator({ clientId, groupId })
    opened.push(coordinator)
    return coordinator
  }
  return {
    clock,
    topic,
    open: async (processNumber) =>
      new ClassicMembership({
        coordinator: await coordinatorFor(`member-${processNumber}`),
        clock,
        groupId,
        groupInstanceId: null,
        sessionTimeoutMs,
        rebalanceTimeoutMs: sessionTimeoutMs,
        heartbeatIntervalMs: 20,
        retryBackoffMs: 10,
        topics: [topic],
        topologyHash: topologyHash(copying),
        processId: `00000000-0000-4000-8000-00000000000${processNumber}`,
        assignor: new StreamAssignor({
          plan: copying,
          admin,
          acceptableRecoveryLag: 10_000,
          prepareTopics: async () => new Map([[topic, 2]]),
        }),
      }),
    expel: async (identity) => (await coordinatorFor('operator')).leave(identity),
    committed: (partition) => committed(admin, groupId, { topic, partition }),
    close: async () => void (await Promise.all(opened.map((each) => each.close()))),
  }
}

async function committed(
  admin: Admin,
  groupId: string,
  at: { readonly topic: string; readonly partition: number },
): Promise<number> {
  const [commit] = await admin.committedOffsets(groupId, [at], 'stable')
  return commit?.offset ?? -1
}
