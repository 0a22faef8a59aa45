import { kafka } from 'millrace'
import type { Cluster } from 'millrace'
import type { ServiceContext } from './service.ts'

/** The cluster of this process, or the one that the configuration names. */
export function clusterOf(config: { readonly kafka: string }, context: ServiceContext): Cluster {
  return context.cluster ?? kafka({ bootstrapServers: config.kafka })
}
