const option = (name: string): string => `\`StreamsConfig.${name}\``
const standby = 'none: standby replicas are not built'
const rack = 'none: rack-aware assignment is not built'
const socket = 'none: the connection decides'
const reporters = 'none: `KafkaStreams.metrics` answers what there is'

/** What each key of Java's `StreamsConfig` is in Millrace; a key that is left out has its own name in camelCase. */
export const configKeys: Readonly<Record<string, string>> = {
  'allow.os.group.write.access': 'none: files have the rights of the process',
  'application.server': 'none: queries across processes are not built',
  'built.in.metrics.version': 'none: there is one version',
  'cache.max.bytes.buffering': `${option('statestoreCacheMaxBytes')}; deprecated in Java`,
  'connections.max.idle.ms': socket,
  'default.client.supplier': option('cluster'),
  'default.deserialization.exception.handler': `${option('deserializationHandler')}; deprecated in Java`,
  'default.dsl.store': `${option('defaultStoreMedium')}; deprecated in Java`,
  'default.interactive.query.isolation.level': 'none: queries read what has been processed, committed or not',
  'default.production.exception.handler': `${option('productionHandler')}; deprecated in Java`,
  'deserialization.exception.handler': option('deserializationHandler'),
  'dsl.store.format': 'none: stores that keep headers (KIP-1271, KIP-1285) are not built',
  'dsl.store.suppliers.class': `${option('defaultStoreMedium')}, ${option('storage')}`,
  'enable.metrics.push': 'none: client metrics of KIP-714 are not built',
  'enable.transactional.statestores': 'none: rows and position are always one transaction',
  'ensure.explicit.internal.resource.naming': '`BuildOptions.ensureExplicitInternalResourceNaming`',
  'group.protocol': 'none: the classic protocol is the only one so far',
  'log.summary.interval.ms': 'none: not built',
  'max.warmup.replicas': standby,
  'metric.reporters': reporters,
  'metrics.num.samples': reporters,
  'metrics.sample.window.ms': reporters,
  'num.standby.replicas': standby,
  'num.stream.threads': 'none: a process has one thread; start several processes',
  'probing.rebalance.interval.ms': standby,
  'processing.exception.handler': option('processingHandler'),
  'processor.wrapper.class': option('processorWrapper'),
  'production.exception.handler': option('productionHandler'),
  'rack.aware.assignment.non_overlap_cost': rack,
  'rack.aware.assignment.strategy': rack,
  'rack.aware.assignment.tags': rack,
  'rack.aware.assignment.traffic_cost': rack,
  'receive.buffer.bytes': socket,
  'reconnect.backoff.max.ms': socket,
  'reconnect.backoff.ms': socket,
  'rocksdb.config.setter': `none: stores are on LMDB; another database comes by ${option('storage')}`,
  'security.protocol': '`KafkaOptions.ssl`, `KafkaOptions.sasl`',
  'send.buffer.bytes': socket,
  'state.cleanup.dir.max.age.ms':
    'none: state that is older than its changelog keeps deletions is restored by itself (`delete.retention.ms`)',
  'statestore.uncommitted.max.bytes': 'none: uncommitted writes are bounded, the bound is no option',
  'task.assignor.class': 'none: there is one assignor',
  'topology.description.push.enabled': 'none: KIP-1331 is not built',
  'topology.optimization': '`BuildOptions.optimization`',
  'window.size.ms': '`Serdes`: a windowed serde is made with its window size',
  'windowed.inner.class.serde': '`Serdes`: a windowed serde is made with its inner serde',
  'windowstore.changelog.additional.retention.ms': option('windowStoreChangelogAdditionalRetentionMs'),
}

const camelCase = (key: string): string => key.replaceAll(/[._](\w)/g, (_, letter: string) => letter.toUpperCase())

export function configOption(key: string): string {
  return configKeys[key] ?? option(camelCase(key))
}
