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
  stores: (medium) => ({ defaultStoreMedium: medium === 'rocks' ? 'disk' : 'memory' }),
  wallClock: (ms) => ({ initialWallClockMs: Number(ms) }),
  optimization: elsewhere,
  'ensure.explicit.internal.resource.naming': elsewhere,
  '__enable.process.processValue.fix__': elsewhere,
  'windowstore.changelog.additional.retention.ms': elsewhere,
  topologyConfig: () => ({}),
  'dsl.store.format': oneOf('DEFAULT', 'HEADERS'),
  'upgrade.from': (release) => ({ upgradeFrom: release }),
  'default.key.serde': (serde) => ({ defaultKeySerde: optionalSerde(serde) }),
  'default.value.serde': (serde) => ({ defaultValueSerde: optionalSerde(serde) }),
  'default.timestamp.extractor': (name) => ({ defaultTimestampExtractor: extractor(String(name)) }),
  'deserialization.exception.handler': (answer) => ({ deserializationHandler: () => answer }),
  'processing.exception.handler': (answer) => ({ processingHandler: () => answer }),
  'processing.exception.handler.global.enabled': (enabled) => ({
    processingExceptionHandlerGlobalEnabled: String(enabled) === 'true',
  }),
  'errors.dead.letter.queue.topic.name': (topic) => ({ errorsDeadLetterQueueTopicName: topic }),
  guarantee: (guarantee) => ({ processingGuarantee: guarantee }),
  'processing.guarantee': (guarantee) => ({ processingGuarantee: guarantee }),
}

/** What of a config is for `build()`. Safe merging is what Java calls its fix (KAFKA-19668). */
export function buildOptions(config: JsonObject): BuildOptions {
  const isFixed = config['__enable.process.processValue.fix__'] === 'true'
  return {
    optimization: optimization(String(config['optimization'] ?? 'none')),
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
    const setting = name.startsWith(topicPrefix) ? elsewhere : settings[name]
    if (setting === undefined || value === undefined) throw new Unsupported(`config ${name}`)
    return setting(value)
  })
  const merged = Object.assign({ applicationId: 'app', compatibility: 'java' }, defaults, ...chosen) as object
  const present = Object.entries(merged).filter(([, value]) => value !== undefined)
  return Object.fromEntries(present) as TopologyTestDriverConfig
}
