import type { Metrics } from '../../metrics/metrics.ts'
import { RecordCacheBudget } from '../../state/layers/record-cache-budget.ts'
import { MemoryBudget } from '../../model/memory-budget.ts'
import type { StorageFactory } from '../../storage/storage.ts'
import type { TopologyPlan } from '../../topology/topology-plan.ts'
import type { Admin } from '../../transport/admin.ts'
import type { Cluster } from '../../transport/cluster.ts'
import { applicationEnvironment } from '../environment/application-environment.ts'
import type { ThreadEnvironment } from '../environment/thread-environment.ts'
import { MemoryGate } from '../loop/memory-gate.ts'
import { openGlobalThread, type GlobalThread } from '../restore/global-thread.ts'
import { StateDirectory } from '../restore/state-directory.ts'
import type { SerdeResolver } from '../serdes/serde-resolver.ts'
import type { ResolvedConfig } from '../streams-config.ts'

export interface SharedResourcesOptions {
  readonly plan: TopologyPlan
  readonly config: ResolvedConfig
  readonly metrics: Metrics
  readonly serdes: SerdeResolver
}

/** The resources that the threads of an application share: its clients, its state directory and its global stores. */
export interface SharedResources extends AsyncDisposable {
  readonly cluster: Cluster
  /** The prefix of the ids of all clients. */
  readonly clientId: string
  readonly admin: Admin
  readonly environment: ThreadEnvironment
  readonly directory: StateDirectory
  /** Null if the topology has no global stores. */
  readonly global: GlobalThread | null
  /** What all parts of the application may hold in memory together. */
  readonly memoryBudget: MemoryBudget
}

/** Opens the shared resources. If one cannot be opened, those opened before it are closed again. */
export async function openSharedResources(options: SharedResourcesOptions): Promise<SharedResources> {
  const { plan, config, metrics, serdes } = options
  const cluster = await openCluster(config)
  const storage = await openStorage(config)
  await using opened = new AsyncDisposableStack()
  const directory = opened.adopt(new StateDirectory(storage, config.applicationId, cluster.chance), (each) => each.close())
  if (directory.isCopy) config.logger.warn(copied)
  const clientId = config.clientId ?? `${config.applicationId}-${directory.processId}`
  const admin = opened.adopt(await cluster.admin({ clientId: `${clientId}-admin`, log: config.logger, metrics }), (each) =>
    each.close(),
  )
  const cache = new RecordCacheBudget(config.statestoreCacheMaxBytes)
  const environment: ThreadEnvironment = {
    ...applicationEnvironment(config, serdes, storage),
    threadId: `${clientId}-StreamThread-1`,
    clock: config.clock ?? cluster.clock,
    metrics,
    logger: config.logger,
    cache,
    kept: new RecordCacheBudget(keptBytes(config)),
  }
  const memoryBudget = new MemoryBudget(config.memoryMaxBytes ?? Infinity)
  memoryBudget.add('record caches', () => cache.bytes)
  const gate = new MemoryGate({ ...environment, memory: memoryBudget })
  const global = opened.use(await openGlobalThread({ plan, config, cluster, admin, environment, directory, gate }))
  if (global !== null) memoryBudget.add('global stores', () => global.heldBytes)
  const all = opened.move()
  return {
    cluster,
    clientId,
    admin,
    environment,
    directory,
    global,
    memoryBudget,
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  }
}

/** The room for rows in memory that storage has, too. Reads of these do not ask storage. */
const keptBytesMax = 128 * 1024 * 1024

function keptBytes({ memoryMaxBytes = Infinity }: ResolvedConfig): number {
  return Math.min(keptBytesMax, Math.floor(memoryMaxBytes / 8))
}

const copied =
  'The state directory was copied or moved. The application takes part in its group as a process of its own, and begins with the state that is in the directory.'

async function openCluster({ cluster, bootstrapServers }: ResolvedConfig): Promise<Cluster> {
  if (cluster !== undefined) return cluster
  const { kafka } = await import('../../transport/kafka/kafka.ts')
  return kafka({ bootstrapServers: bootstrapServers! })
}

async function openStorage({ storage, stateDir }: ResolvedConfig): Promise<StorageFactory> {
  if (storage !== undefined) return storage
  if (stateDir === undefined) {
    const { MemoryStorageFactory } = await import('../../storage/memory/memory-storage.ts')
    return new MemoryStorageFactory()
  }
  const { openLmdbStorage } = await import('../../storage/lmdb/open-lmdb-storage.ts')
  return openLmdbStorage(stateDir)
}
