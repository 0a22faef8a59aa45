import { seededChance } from '../../../lib/clock/chance.ts'
import type { Clock } from '../../../lib/clock/clock.ts'
import { systemClock } from '../../../lib/clock/system-clock.ts'
import { EmbeddedBroker } from '../../../lib/transport/embedded/embedded-broker.ts'
import { kafkaCluster } from '../../../lib/transport.ts'
import type { RequestFrame } from '../../../lib/transport.ts'
import { fakeConnections } from './fake-connection.ts'
import type { Fate } from './fake-connection.ts'
import { WireBroker } from './wire-broker.ts'

/** Kafka's clients over connections in this process, to a broker in this process. `fateOf` decides about each request. */
export function fakeCluster(fateOf?: (frame: RequestFrame) => Fate, clock: Clock = systemClock, apiTimeoutMs = 5000) {
  const chance = seededChance(7)
  const embedded = new EmbeddedBroker({ clock, chance, store: null, autoCreatePartitions: null })
  const broker = new WireBroker(embedded)
  const connections = fakeConnections(broker, fateOf)
  const cluster = kafkaCluster({
    bootstrap: [broker.address],
    connector: connections.connector,
    ssl: false,
    sasl: null,
    connectionTimeoutMs: 1000,
    bootstrapTimeoutMs: 1000,
    requestTimeoutMs: 1000,
    apiTimeoutMs,
    idleTimeoutMs: 60_000,
    clientRack: 'here',
    clock,
    chance,
  })
  return { cluster, embedded, broker, connections }
}
