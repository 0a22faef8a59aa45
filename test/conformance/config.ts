import type { TopologyTestDriverConfig } from 'millrace/testing'
import { Unsupported, type Json, type JsonObject } from './scenario/scenario.ts'
import { optionalSerde } from './scenario/serde-names.ts'
import { extractor } from './steps/functions.ts'

type Setting = (value: Json) => Readonly<Record<string, unknown>>

const onlyDefault =
  (expected: Json): Setting =>
  (value) => {
    if (value !== expected) throw new Unsupported(`config value ${JSON.stringify(value)}`)
    return {}
  }

/** A scenario's config, by Java's names, as the driver's. */
const settings: Readonly<Record<string, Setting>> = {
  cache: (bytes) => ({ cacheMaxBytes: Number(bytes) }),
  stores: (medium) => ({ defaultStoreMedium: medium === 'rocks' ? 'disk' : 'memory' }),
  wallClock: (ms) => ({ initialWallClockMs: Number(ms) }),
  optimization: onlyDefault('none'),
  topologyConfig: () => ({}),
  'dsl.store.format': onlyDefault('DEFAULT'),
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

const defaults = {
  cacheMaxBytes: 0,
  defaultStoreMedium: 'memory',
  initialWallClockMs: 0,
  defaultKeySerde: optionalSerde('string'),
  defaultValueSerde: optionalSerde('string'),
}

export function driverConfig(config: JsonObject): TopologyTestDriverConfig {
  const chosen = Object.entries(config).map(([name, value]) => {
    const setting = settings[name]
    if (setting === undefined || value === undefined) throw new Unsupported(`config ${name}`)
    return setting(value)
  })
  const merged = Object.assign({ applicationId: 'app', compatibility: 'java' }, defaults, ...chosen) as object
  const present = Object.entries(merged).filter(([, value]) => value !== undefined)
  return Object.fromEntries(present) as TopologyTestDriverConfig
}
