import { seededChance } from '../../../lib/clock/chance.ts'
import { ManualClock } from '../../../lib/clock/manual-clock.ts'
import { EmbeddedKafka } from '../../../lib/embedded.ts'
import type { Committer } from '../../../lib/runtime/loop/committer.ts'
import { openStreamThread, type CommitterOptions } from '../../../lib/runtime/loop/open-stream-thread.ts'
import { StateDirectory } from '../../../lib/runtime/restore/state-directory.ts'
import { resolveConfig, type StreamsOptions } from '../../../lib/runtime/streams-config.ts'
import { MemoryStorageFactory } from '../../../lib/storage/memory/memory-storage.ts'
import type { Topology } from '../../../lib/topology/topology.ts'
import type { OffsetCommit } from '../../../lib/transport/group-coordinator.ts'
import { FakeMembership } from '../membership/fake-membership.ts'
import { createTopics } from '../running.ts'
import { environment } from '../task-fixture.ts'

export interface RunningThreadOptions {
  readonly topology: Topology
  readonly topics: Readonly<Record<string, number>>
  readonly makeCommitter?: (options: CommitterOptions) => Committer
  readonly config?: Partial<StreamsOptions>
}

/** A real thread on an embedded cluster, with a membership that the test plays. Time passes in `simulate` only. */
export async function runThread({ topology, topics, makeCommitter, config }: RunningThreadOptions) {
  const clock = new ManualClock(1_000_000)
  const chance = seededChance(7)
  const cluster = await EmbeddedKafka.open({ clock, chance })
  await createTopics(cluster, topics)
  const coordinator = await cluster.groupCoordinator({ clientId: 'test', groupId: 'app' })
  const outsider = { groupId: 'app', generationId: -1, memberId: '', groupInstanceId: null }
  const membership = new FakeMembership((offsets: readonly OffsetCommit[]) => coordinator.commitOffsets(outsider, offsets))
  const states: string[] = []
  const directory = new StateDirectory(new MemoryStorageFactory(), 'app', chance)
  const { thread, tasks, run } = await openStreamThread({
    plan: topology.plan('app'),
    config: resolveConfig({
      applicationId: 'app',
      cluster,
      commitIntervalMs: 100,
      retryBackoffMs: 1,
      fetchMaxWaitMs: 10,
      ...config,
    }),
    cluster,
    admin: await cluster.admin({ clientId: 'test' }),
    environment: { ...environment, applicationId: 'app', clock, defaultStoreMedium: 'memory' },
    directory,
    globalStores: { names: new Set(), store: () => undefined },
    restoreListener: {},
    onStateChange: (state) => void states.push(state),
    openMembership: async () => membership,
    ...(makeCommitter === undefined ? {} : { makeCommitter }),
  })
  const ended = run().then(
    () => 'left',
    (error: unknown) => error,
  )
  return { clock, cluster, membership, states, thread, tasks, directory, ended }
}
