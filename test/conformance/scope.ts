import type { Json, JsonObject, Scenario, Step } from './scenario/scenario.ts'

/**
 * What of the oracle's world is built so far, as a predicate over a scenario's operators and options. What is excluded is an operator or
 * an option that is not there, never a scenario. Returns why a scenario is out of scope, or undefined.
 */
export function outOfScope(scenario: Scenario): string | undefined {
  return configOutOfScope(scenario.config ?? {}) ?? first(scenario.topo ?? [])
}

const isSet = (reason: string | undefined): reason is string => reason !== undefined

/** Config that changes something is out of scope unless it stands here. */
const configInScope: Readonly<Record<string, (value: Json) => boolean>> = {
  cache: () => true,
  stores: () => true,
  wallClock: () => true,
  optimization: () => true,
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
  'dsl.store.format': (value) => value === 'DEFAULT',
}

function configOutOfScope(config: JsonObject): string | undefined {
  for (const [name, value] of Object.entries(config))
    if (!name.startsWith('topic.') && configInScope[name]?.(value as Json) !== true)
      return `config ${name}=${JSON.stringify(value)}`
  return undefined
}

/** Java's persistent suppliers from before timestamped stores. */
const untimedStores = new Set(['kv', 'window'])
const laterStores = new Set(['lru'])
const windowSuppliers = new Set(['twindow', 'memWindow'])

function first(steps: readonly Step[]): string | undefined {
  for (const step of steps) {
    const reason = stepOutOfScope(step) ?? branchesOutOfScope(step)
    if (reason !== undefined) return reason
  }
  return undefined
}

function stepOutOfScope(step: Step): string | undefined {
  return storesOf(step).map(storeOutOfScope).find(isSet) ?? suppliedTable(step)
}

function storeOutOfScope({ type, timestamped }: JsonObject): string | undefined {
  if (laterStores.has(String(type))) return `${String(type)} store`
  return timestamped === true && untimedStores.has(String(type)) ? 'timestamped face of a store without timestamps' : undefined
}

/**
 * Millrace has no store suppliers: a table is always kept with timestamps, and the retention of a windowed one is also that of its changelog,
 * where Java, given a supplier, takes the windows' own.
 */
function suppliedTable(step: Step): string | undefined {
  const supplier = String(object(object(step['mat'])['supplier'])['type'])
  if (untimedStores.has(supplier)) return 'table on a store without timestamps'
  return windowSuppliers.has(supplier) ? 'window store supplier' : undefined
}

function branchesOutOfScope(step: Step): string | undefined {
  const branches = [...list(step['branches']), ...(step['default'] === undefined ? [] : [step['default']])].map(object)
  const nested = branches.flatMap((branch) => [list(branch['function']), list(branch['consumer'])])
  return nested.map((steps) => first(steps as Step[])).find(isSet)
}

function storesOf(step: Step): JsonObject[] {
  return [object(step['mat'])['supplier'], step['store'], step['own']].map(object)
}

function object(json: Json | undefined): JsonObject {
  return typeof json === 'object' && json !== null && !Array.isArray(json) ? (json as JsonObject) : {}
}

function list(json: Json | undefined): readonly Json[] {
  return Array.isArray(json) ? (json as readonly Json[]) : []
}
