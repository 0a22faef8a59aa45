import t from 'tap'
import { StreamsBuilder } from '../../lib/dsl/streams-builder.ts'
import { EmbeddedKafka } from '../../lib/embedded.ts'
import { KafkaStreams } from '../../lib/kafka-streams.ts'
import { topic } from '../../lib/model/topic.ts'
import { silentLogger } from '../../lib/runtime/logger.ts'
import type { StreamsConfig } from '../../lib/runtime/streams-config.ts'
import { Serdes } from '../../lib/serde/serdes.ts'
import { keyValueStore } from '../../lib/state/stores.ts'
import { openLmdbStorage } from '../../lib/storage/lmdb/open-lmdb-storage.ts'
import type { StorageFactory } from '../../lib/storage/storage.ts'
import type { Topology } from '../../lib/topology/topology.ts'
import type { Cluster } from '../../lib/transport/cluster.ts'
import { createTopics, until } from './running.ts'

const lines = topic('lines', { key: Serdes.string, value: Serdes.string })
const names = topic('names', lines)

interface Broken {
  readonly cluster?: (cluster: Cluster) => Cluster
  readonly storage?: (storage: StorageFactory) => StorageFactory
  readonly supplier?: () => void
  readonly init?: () => void
  readonly globalSupplier?: () => void
  readonly globalInit?: () => void
}

const boom = (): never => {
  throw new Error('boom')
}

const rejects = (): Promise<never> => Promise.reject(new Error('boom'))

/** A task with a store, and a global store. Suppliers fail when tasks are made: the builder asks them twice before. */
function topology({ supplier, init, globalSupplier, globalInit }: Broken): Topology {
  const builder = new StreamsBuilder()
  let isBuilt = false
  const store = (name: string) => keyValueStore<string, string>(name, { key: Serdes.string, value: Serdes.string })
  builder.addGlobalStore(store('global'), names, () => {
    if (isBuilt) globalSupplier?.()
    return { init: () => globalInit?.(), process: () => undefined }
  })
  builder.stream(lines).process(
    () => {
      if (isBuilt) supplier?.()
      return { init: () => init?.(), process: () => undefined }
    },
    { stores: [store('own')] },
  )
  const topology = builder.build()
  isBuilt = true
  return topology
}

/** All methods of `target`, but those that are given. */
function with_<T extends object>(target: T, own: Partial<T>): T {
  const get = (_: T, key: string | symbol): unknown => {
    const value: unknown = Reflect.get(Object.hasOwn(own, key) ? own : target, key)
    return typeof value === 'function' ? value.bind(target) : value
  }
  return new Proxy(target, { get })
}

const failures: Readonly<Record<string, Broken>> = {
  'the supplier of a processor': { supplier: boom },
  'the init of a processor': { init: boom },
  'the supplier of a global processor': { globalSupplier: boom },
  'the init of a global processor': { globalInit: boom },
  'the admin client': { cluster: (cluster) => with_(cluster, { admin: rejects }) },
  'a fetcher': { cluster: (cluster) => with_(cluster, { fetcher: rejects }) },
  'the producer': { cluster: (cluster) => with_(cluster, { producer: rejects }) },
  'the group coordinator': { cluster: (cluster) => with_(cluster, { groupCoordinator: rejects }) },
  'a list of what is stored': { storage: (storage) => with_(storage, { list: boom }) },
  'the storage of the global stores': { storage: (storage) => with_(storage, { open: failing(storage, 'global') }) },
  'the storage of a task': { storage: (storage) => with_(storage, { open: failing(storage, '1_0') }) },
  'a table of a task': { storage: (storage) => with_(storage, { open: withoutTables(storage) }) },
}

function failing(storage: StorageFactory, part: string): StorageFactory['open'] {
  return (name) => (name.endsWith(part) ? boom() : storage.open(name))
}

function withoutTables(storage: StorageFactory): StorageFactory['open'] {
  return (name) => (name.endsWith('1_0') ? with_(storage.open(name), { table: boom }) : storage.open(name))
}

for (const [name, broken] of Object.entries(failures))
  t.test(`${name} fails: the application ends with that, and the next one finds nothing locked`, async (t) => {
    await using cluster = await EmbeddedKafka.open()
    await createTopics(cluster, { lines: 2, names: 1 })
    const dir = t.testdir()
    const open = async (each: Broken): Promise<KafkaStreams> => {
      const fast = { commitIntervalMs: 20, heartbeatIntervalMs: 20, retryBackoffMs: 10, pollMs: 10, logger: silentLogger }
      const lmdb = await openLmdbStorage(dir)
      const config: StreamsConfig = {
        applicationId: 'app',
        cluster: each.cluster?.(cluster) ?? cluster,
        storage: each.storage?.(lmdb) ?? lmdb,
        ...fast,
      }
      return new KafkaStreams(topology(each), config)
    }
    const first = await open(broken)
    const closed = first.closed.then(
      () => 'closed well',
      (error: Error) => error.message,
    )
    await first.start().catch(() => undefined)
    t.match(await closed, /boom/)
    t.equal(first.state, 'error')
    await first.close()
    await using second = await open({})
    await second.start()
    await until('the second runs', () => second.state === 'running')
  })
