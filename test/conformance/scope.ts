import type { Json, JsonObject, Scenario } from './scenario/scenario.ts'

/**
 * What of the oracle's world is built so far, as a predicate over a scenario's operators and options. What is excluded is an operator or
 * an option that is not there, never a scenario. Returns why a scenario is out of scope, or undefined.
 */
export function outOfScope(scenario: Scenario): string | undefined {
  return configOutOfScope(scenario.config ?? {})
}

/** Config that changes something is out of scope unless it stands here. */
const configInScope: Readonly<Record<string, (value: Json) => boolean>> = {
  cache: () => true,
  stores: () => true,
  wallClock: () => true,
  optimization: () => true,
  'ensure.explicit.internal.resource.naming': () => true,
  '__enable.process.processValue.fix__': () => true,
  topologyConfig: () => true,
  'windowstore.changelog.additional.retention.ms': () => true,
  'default.key.serde': () => true,
  'default.value.serde': () => true,
  'default.timestamp.extractor': () => true,
  'deserialization.exception.handler': () => true,
  'processing.exception.handler': () => true,
  'processing.exception.handler.global.enabled': () => true,
  'errors.dead.letter.queue.topic.name': () => true,
  guarantee: () => true,
  'processing.guarantee': () => true,
  // Stores with headers show only where a value is deleted, and in sessions.
  'dsl.store.format': () => true,
  'upgrade.from': () => true,
}

function configOutOfScope(config: JsonObject): string | undefined {
  for (const [name, value] of Object.entries(config))
    if (!name.startsWith('topic.') && configInScope[name]?.(value as Json) !== true)
      return `config ${name}=${JSON.stringify(value)}`
  return undefined
}
