import { statesOf } from '../../metrics/metric-definitions.ts'
import type { Metrics } from '../../metrics/metrics.ts'
import type { StreamsState } from '../streams-config.ts'

export interface MeteredClient {
  readonly clientId: string
  readonly processId: string
  readonly applicationId: string
  state(): StreamsState
  describe(): string
  aliveThreads(): number
  failedThreads(): number
}

const group = 'stream-metrics'

/** Adds Kafka's metrics of an application as a whole. All are read when they are asked for. */
export function addClientMetrics(metrics: Metrics, client: MeteredClient): void {
  const { clientId, processId, applicationId } = client
  const tags = { 'client-id': clientId, 'process-id': processId, 'application-id': applicationId }
  const gauge = (name: string, read: () => number | string): void => metrics.gauge(name, group, tags, read)
  gauge('state', () => client.state())
  gauge('client-state', () => statesOf[group]!.indexOf(client.state()))
  gauge('application-id', () => applicationId)
  gauge('topology-description', () => client.describe())
  gauge('alive-stream-threads', () => client.aliveThreads())
  gauge('failed-stream-threads', () => client.failedThreads())
}
