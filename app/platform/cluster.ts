import { kafka } from 'millrace'
import type { Cluster } from 'millrace'
import Type from 'typebox'
import { clusterConfig, readConfig } from './config.ts'
import { securityOf } from './cluster-security.ts'
import type { ClusterConfig } from './cluster-security.ts'
import type { ServiceContext } from './service.ts'

/** A service may start before its cluster does, or beside it on a busy machine. */
const bootstrapTimeoutMs = 60_000

/** The cluster of this process, or the one that the configuration names. */
export function clusterOf(config: ClusterConfig, context: Pick<ServiceContext, 'cluster'>): Cluster {
  return context.cluster ?? kafka({ bootstrapServers: config.kafka, bootstrapTimeoutMs, ...securityOf(config) })
}

/** The cluster of a command line: by an address, and by what services read of the environment for TLS and SASL. */
export function clusterAt(bootstrapServers: string, env: NodeJS.ProcessEnv = process.env): Cluster {
  return kafka({ bootstrapServers, ...securityOf(readConfig(Type.Object(clusterConfig), [], env)) })
}

/** What tells its topics from those of the same names elsewhere, where the cluster tells no topic ids. */
export function identityOf(config: { readonly kafka: string; readonly clusterIdentity: string }): string {
  return config.clusterIdentity === '' ? config.kafka : config.clusterIdentity
}
