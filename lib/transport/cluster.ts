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
 * A cluster as a value: Kafka by address (`kafka(…)`), or the embedded one (`EmbeddedKafka.open(…)`). Opening a client
 * connects; whoever opens a client closes it.
 */
export interface Cluster {
  /** For messages and logs: `kafka 127.0.0.1:9092`, `embedded`. */
  readonly description: string
  /** The clock and the source of chance of this cluster. An application that runs on it uses the same. */
  readonly clock: Clock
  readonly chance: Chance
  admin(options: ConnectOptions): Promise<Admin>
  fetcher(options: ConnectOptions): Promise<Fetcher>
  producer(options: ConnectOptions & ProducerOptions): Promise<Producer>
  groupCoordinator(options: ConnectOptions & { readonly groupId: string }): Promise<GroupCoordinator>
}
