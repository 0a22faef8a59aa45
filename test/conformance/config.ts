import type { BuildOptions, Optimization, PlanOptions } from 'millrace'
import type { TopologyTestDriverConfig } from 'millrace/testing'
import { Unsupported, type Json, type JsonObject } from './scenario/scenario.ts'
import { optionalSerde } from './scenario/serde-names.ts'
import { extractor } from './steps/functions.ts'

type Setting = (value: Json) => Readonly<Record<string, unknown>>

const oneOf =
  (...values: readonly Json[]): Setting =>
  (value) => {
    if (!values.includes(value)) throw new Unsupported(`config value ${JSON.stringify(value)}`)
    return {}
  }

/** Taken by {@link buildOptions} or {@link planOptions}. */
const elsewhere: Setting = () => ({})

/** A scenario's config, by Java's names, as the driver's. */
const settings: Readonly<Record<string, Setting>> = {
  cache: (bytes) => ({ cacheMaxBytes: Number(bytes) }),
  'statestore.cache.max.bytes': (bytes) => ({ cacheMaxBytes: Number(bytes) }),
  stores: (medium) => ({ defaultStoreMedium: medium === 'rocks' ? 'disk' : 'memory' }),
  'max.task.idle.ms': (ms) => ({ maxTaskIdleMs: Number(ms) }),
  'dsl.store.suppliers.class': (name) => ({ defaultStoreMedium: String(name).includes('RocksDB') ? 'disk' : 'memory' }),
  wallClock: (ms) => ({ initialWallClockMs: Number(ms) }),
  optimization: elsewhere,
  'topology.optimization': elsewhere,
  'ensure.explicit.internal.resource.naming': elsewhere,
  '__enable.process.processValue.fix__': elsewhere,
  'windowstore.changelog.additional.retention.ms': elsewhere,
  topologyConfig: () => ({}),
  'dsl.store.format': oneOf('DEFAULT', 'HEADERS'),
  'upgrade.from': (release) => ({ upgradeFrom: release }),
  'default.key.serde': (serde) => ({ defaultKeySerde: optionalSerde(serde) }),
  'default.value.serde': (serde) => ({ defaultValueSerde: optionalSerde(serde) }),
  'default.timestamp.extractor': (name) => ({ defaultTimestampExtractor: extractor(String(name)) }),
  'default.deserialization.exception.handler': (answer) => ({ deserializationHandler: () => handlerAnswer(answer) }),
  'deserialization.exception.handler': (answer) => ({ deserializationHandler: () => handlerAnswer(answer) }),
  'processing.exception.handler': (answer) => ({ processingHandler: () => handlerAnswer(answer) }),
  'processing.exception.handler.global.enabled': (enabled) => ({
    processingExceptionHandlerGlobalEnabled: String(enabled) === 'true',
  }),
  'errors.dead.letter.queue.topic.name': (topic) => ({ errorsDeadLetterQueueTopicName: topic }),
  guarantee: (guarantee) => ({ processingGuarantee: guarantee }),
  'processing.guarantee': (guarantee) => ({ processingGuarantee: guarantee }),
}

/** `continue` or `fail`, or a class of Java's. */
function handlerAnswer(handler: Json): Json {
  if (String(handler).includes('LogAndContinue')) return 'continue'
  return String(handler).includes('LogAndFail') ? 'fail' : handler
}

/** What a driver of one task and one thread does not show. */
const withoutEffect = [
  'acceptable.recovery.lag',
  'application.server',
  'buffered.records.per.partition',
  'cache.max.bytes.buffering',
  'client.id',
  'commit.interval.ms',
  'default.dsl.store',
  'enable.metrics.push',
  'log.summary.interval.ms',
  'max.warmup.replicas',
  'metrics.num.samples',
  'metrics.recording.level',
  'metrics.sample.window.ms',
  'num.standby.replicas',
  'num.stream.threads',
  'poll.ms',
  'probing.rebalance.interval.ms',
  'rack.aware.assignment.strategy',
  'repartition.purge.interval.ms',
  'replication.factor',
  'request.timeout.ms',
  'retry.backoff.ms',
  'state.cleanup.delay.ms',
  'task.timeout.ms',
]

function settingOf(name: string): Setting | undefined {
  return name.startsWith(topicPrefix) || withoutEffect.includes(name) ? elsewhere : settings[name]
}

/** What of a config is for `build()`. Safe merging is what Java calls its fix (KAFKA-19668). */
export function buildOptions(config: JsonObject): BuildOptions {
  const isFixed = config['__enable.process.processValue.fix__'] === 'true'
  return {
    optimization: optimization(String(config['optimization'] ?? config['topology.optimization'] ?? 'none')),
    compatibility: isFixed ? 'safe' : 'java',
    // Java reads it from the TopologyConfig alone.
    ensureExplicitInternalResourceNaming:
      config['topologyConfig'] === true && config['ensure.explicit.internal.resource.naming'] === 'true',
  }
}

function optimization(value: string): NonNullable<BuildOptions['optimization']> {
  return value === 'none' || value === 'all' ? value : (value.split(',') as Optimization[])
}

/** What of a config only shows in the configuration of topics. */
export function planOptions(config: JsonObject): PlanOptions {
  const topic = Object.entries(config).filter(([name]) => name.startsWith(topicPrefix))
  const retention = config['windowstore.changelog.additional.retention.ms']
  return {
    compatibility: 'java',
    topicConfig: Object.fromEntries(topic.map(([name, value]) => [name.slice(topicPrefix.length), String(value)])),
    ...(retention === undefined ? {} : { windowStoreChangelogAdditionalRetentionMs: Number(retention) }),
  }
}

const topicPrefix = 'topic.'

const defaults = {
  cacheMaxBytes: 0,
  defaultStoreMedium: 'memory',
  initialWallClockMs: 0,
  defaultKeySerde: optionalSerde('string'),
  defaultValueSerde: optionalSerde('string'),
}

export function driverConfig(config: JsonObject): TopologyTestDriverConfig {
  const chosen = Object.entries(config).map(([name, value]) => {
    const setting = settingOf(name)
    if (setting === undefined || value === undefined) throw new Unsupported(`config ${name}`)
    return setting(value)
  })
  const merged = Object.assign({ applicationId: 'app', compatibility: 'java' }, defaults, ...chosen) as object
  const present = Object.entries(merged).filter(([, value]) => value !== undefined)
  return Object.fromEntries(present) as TopologyTestDriverConfig
}
