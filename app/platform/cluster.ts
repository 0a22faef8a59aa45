import { kafka } from 'millrace'
import type { Cluster } from 'millrace'
import type { ServiceContext } from './service.ts'

/** A service may start before its cluster does, or beside it on a busy machine. */
const bootstrapTimeoutMs = 60_000

/** The cluster of this process, or the one that the configuration names. */
export function clusterOf(config: { readonly kafka: string }, context: ServiceContext): Cluster {
  return context.cluster ?? kafka({ bootstrapServers: config.kafka, bootstrapTimeoutMs })
}

/** What tells its topics from those of the same names elsewhere, where the cluster tells no topic ids. */
export function identityOf(config: { readonly kafka: string; readonly clusterIdentity: string }): string {
  return config.clusterIdentity === '' ? config.kafka : config.clusterIdentity
}
