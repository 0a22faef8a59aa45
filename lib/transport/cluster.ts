import type { Clock } from '../clock/clock.ts'
import type { Chance } from '../clock/chance.ts'
import type { Admin } from './admin.ts'
import type { Fetcher } from './fetcher.ts'
import type { GroupCoordinator } from './group-coordinator.ts'
import type { Producer, ProducerOptions } from './producer.ts'

export interface ConnectOptions {
  readonly clientId: string
}

/**
 * A Kafka cluster: a real one by its addresses (`kafka(…)`), or an embedded one (`EmbeddedKafka.open(…)`). Each method opens a
 * client and connects it. The caller closes that client.
 */
export interface Cluster {
  /** The name of the cluster in messages and logs, e.g. `kafka 127.0.0.1:9092` or `embedded`. */
  readonly description: string
  /** The clock of the clients. An application on this cluster uses it, too. */
  readonly clock: Clock
  /** The source of random numbers of the clients. An application on this cluster uses it, too. */
  readonly chance: Chance
  admin(options: ConnectOptions): Promise<Admin>
  fetcher(options: ConnectOptions): Promise<Fetcher>
  producer(options: ConnectOptions & ProducerOptions): Promise<Producer>
  groupCoordinator(options: ConnectOptions & { readonly groupId: string }): Promise<GroupCoordinator>
}
