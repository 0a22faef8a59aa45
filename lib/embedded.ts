/// <reference lib="esnext.disposable" preserve="true" />
import './require-node.ts'
import { checkOptions, type OptionNames } from './model/check-options.ts'
import type { EmbeddedClusterOptions } from './transport/embedded/embedded-cluster.ts'
import { EmbeddedCluster } from './transport/embedded/embedded-cluster.ts'
import type { EmbeddedLogEntry, EmbeddedLogStore } from './transport/embedded/embedded-log-store.ts'
import { openLmdbStorage } from './storage/lmdb/open-lmdb-storage.ts'
import type { StorageFactory } from './storage/storage.ts'

export type { EmbeddedBroker } from './transport/embedded/embedded-broker.ts'
export { EmbeddedCluster } from './transport/embedded/embedded-cluster.ts'
export type { ListenOptions } from './transport/embedded/embedded-cluster.ts'
export type { KafkaListener } from './transport/embedded/listen/listen.ts'

/** Options of an embedded cluster. */
export interface EmbeddedKafkaOptions extends Omit<EmbeddedClusterOptions, 'store'> {
  /** The folder of the log. Acknowledged records survive kill -9. Default: the log is in memory only. */
  readonly dir?: string | undefined
  /**
   * `process`: records survive a crash of the process, but after a crash of the machine `dir` starts empty. `flush`: records survive a
   * crash of the machine, too, and every write waits for the disk. Default `process`.
   */
  readonly durability?: 'process' | 'flush' | undefined
  /** A storage for the log, instead of `dir`. */
  readonly storage?: StorageFactory | undefined
}

/** A Kafka cluster in this process, for development, tests and simulation. In production use Kafka. */
export const EmbeddedKafka = Object.freeze({
  /**
   * Opens an embedded cluster with the topics, records and offsets that its folder or storage has. All records are also in memory.
   *
   * @example
   * await using cluster = await EmbeddedKafka.open({ dir: '.data' })
   */
  async open(given: EmbeddedKafkaOptions = {}): Promise<EmbeddedCluster> {
    checkOptions('EmbeddedKafka.open()', given, optionNames)
    const { dir, durability = 'process', storage, ...options } = given
    const factory = dir === undefined ? storage : await openLmdbStorage(dir, { durability })
    return new EmbeddedCluster({
      ...options,
      ...(factory === undefined ? {} : { store: logStore(factory, options.name ?? 'embedded') }),
    })
  },
})

const optionNames: OptionNames<EmbeddedKafkaOptions> = {
  dir: true,
  durability: true,
  storage: true,
  name: true,
  clock: true,
  chance: true,
  autoCreateTopics: true,
  transactionVersion: true,
}

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
