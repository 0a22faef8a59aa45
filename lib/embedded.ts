/// <reference lib="esnext.disposable" preserve="true" />
import './require-node.ts'
import type { EmbeddedClusterOptions } from './transport/embedded/embedded-cluster.ts'
import { EmbeddedCluster } from './transport/embedded/embedded-cluster.ts'
import type { EmbeddedLogEntry, EmbeddedLogStore } from './transport/embedded/embedded-log-store.ts'
import { openLmdbStorage } from './storage/lmdb/open-lmdb-storage.ts'
import type { StorageFactory } from './storage/storage.ts'

export type { EmbeddedBroker } from './transport/embedded/embedded-broker.ts'
export { EmbeddedCluster } from './transport/embedded/embedded-cluster.ts'

/** Options of an embedded cluster. */
export interface EmbeddedKafkaOptions extends Omit<EmbeddedClusterOptions, 'store'> {
  /** A folder that keeps the log: what was acknowledged survives kill -9. Default: only in memory. */
  readonly dir?: string | undefined
  /** `flush`: survives power loss, too, at the price of a disk flush per write. `process`: after a crash of the machine `dir` starts empty. Default `process`. */
  readonly durability?: 'process' | 'flush' | undefined
  /** Instead of `dir`, any other storage. */
  readonly storage?: StorageFactory | undefined
}

/** Kafka in this process, for development, tests and simulation; in production use Kafka. */
export const EmbeddedKafka = Object.freeze({
  /**
   * Opens an embedded cluster, with what its storage holds from before. All records are held in memory besides.
   *
   * @example
   * await using cluster = await EmbeddedKafka.open({ dir: '.data' })
   */
  async open({ dir, durability = 'process', storage, ...options }: EmbeddedKafkaOptions = {}): Promise<EmbeddedCluster> {
    const factory = dir === undefined ? storage : await openLmdbStorage(dir, { durability })
    return new EmbeddedCluster({
      ...options,
      ...(factory === undefined ? {} : { store: logStore(factory, options.name ?? 'embedded') }),
    })
  },
})

function logStore(storage: StorageFactory, name: string): EmbeddedLogStore {
  const environment = storage.open(name)
  const table = environment.table('log')
  const write = ({ key, value }: EmbeddedLogEntry) => ({ table, key: Buffer.from(key), value })
  return {
    *load() {
      for (const { key, value } of table.iterate({})) yield { key: Buffer.from(key).toString(), value: Uint8Array.from(value) }
    },
    append: (entries) => environment.transact(entries.map(write)),
    close: () => environment.close(),
  }
}
