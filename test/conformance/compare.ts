import { comparableRow } from './dead-letters.ts'
import type { Json, Outcome, Scenario, Thrown } from './scenario/scenario.ts'

/** The first difference of a part of the result. */
export interface Difference {
  readonly part: string
  readonly expected: unknown
  readonly actual: unknown
}

const scenarioFields = new Set(['id', 'config', 'topics', 'topo', 'in', 'want', 'run', 'bytes', 'note'])

/** Compares every part that the vector carries. A part that nobody compares is a difference, too. */
export function differences(expected: Scenario, actual: Outcome): Difference[] {
  const found = Object.keys(expected)
    .filter((field) => !scenarioFields.has(field))
    .map((part) => comparePart(part, expected, actual))
  const surprise = actual.throws !== undefined && expected.throws === undefined ? [thrown(undefined, actual.throws)] : []
  return [...surprise, ...found].filter((difference) => difference !== undefined)
}

/** Parts that an answered scenario has, and this one lacks: nothing would be compared, and it would pass. */
export function unanswered(scenario: Scenario): Difference[] {
  return partsOf(scenario)
    .filter((part) => scenario[part] === undefined)
    .map((part) => ({ part, expected: 'an answer of Java', actual: 'none in the scenario' }))
}

function partsOf({ bytes, run, want = [], throws }: Scenario): readonly (keyof Outcome)[] {
  if (bytes !== undefined) return ['results']
  if (throws?.at === 'build') return []
  // What cannot start is described, and no more.
  const asked = throws?.at === 'init' ? want.filter((wanted) => wanted === 'describe') : want
  const built = asked.flatMap((wanted) => builtParts[wanted] ?? [])
  if (run === false || throws?.at === 'init') return built
  const raw = want.includes('raw') ? (['raw'] as const) : []
  const stores = want.includes('stores') && throws === undefined ? (['stores'] as const) : []
  return [...built, 'out', 'dropped', 'produced', ...raw, ...stores]
}

const builtParts: Readonly<Record<string, readonly (keyof Outcome)[]>> = {
  describe: ['describe'],
  topics: ['internalTopics', 'subtopologies', 'copartition'],
}

function comparePart(part: string, expected: Scenario, actual: Outcome): Difference | undefined {
  switch (part) {
    case 'out':
    case 'raw':
      return byTopic(part, expected[part] ?? [], actual[part] ?? [])
    case 'throws':
      return thrown(expected.throws, actual.throws)
    case 'describe':
    case 'dropped':
    case 'produced':
    case 'internalTopics':
    case 'subtopologies':
    case 'stores':
      return whole(part, expected[part] as Json, actual[part] as Json | undefined)
    case 'copartition':
      return whole(part, mergedCopartition(expected.copartition), actual.copartition && mergedCopartition(actual.copartition))
    case 'results':
      return whole(part, (expected.results ?? []).map(answer), actual.results?.map(answer))
    default:
      return { part, expected: 'a part that the runner compares', actual: 'an unknown one' }
  }
}

/**
 * Groups that share a topic are one: all of them must have equally many partitions. Java means to merge them, and misses some that
 * meet later; Millrace does not.
 */
function mergedCopartition(groups: Json | undefined): Json {
  let all: string[][] = []
  for (const group of (groups ?? []) as string[][]) {
    const touching = all.filter((other) => other.some((topic) => group.includes(topic)))
    all = [...all.filter((other) => !touching.includes(other)), [...new Set([...touching.flat(), ...group])].toSorted()]
  }
  return all.toSorted((left, right) => (left.join() < right.join() ? -1 : 1))
}

/** The answer of a byte format: JSON, or what it threw. */
function answer(json: Json): Json {
  if (!isObject(json) || !('throws' in json)) return json
  return essence(json['throws'] as unknown as Thrown)
}

function whole(part: string, expected: Json, actual: Json | undefined): Difference | undefined {
  return canonical(expected) === canonical(actual) ? undefined : { part, expected, actual }
}

/** Records per input and topic, in order: the order between topics cannot be seen on Kafka. */
function byTopic(part: string, expected: Rows, actual: Rows): Difference | undefined {
  for (let input = 0; input < Math.max(expected.length, actual.length); input++) {
    const [left, right] = [grouped(expected[input]), grouped(actual[input])]
    if (left !== right) return { part: `${part}[${input}]`, expected: expected[input], actual: actual[input] }
  }
  return undefined
}

type Rows = readonly (readonly Json[])[]

function grouped(rows: readonly Json[] | undefined): string {
  if (rows === undefined) return 'nothing'
  const topics = Map.groupBy(rows, (row) => (Array.isArray(row) ? canonical(row[0]) : 'an answer'))
  const sorted = [...topics].toSorted(([left], [right]) => (left < right ? -1 : 1))
  return JSON.stringify(sorted.map(([topic, records]) => [topic, records.map((record) => canonical(comparableRow(record)))]))
}

/** By class, place and class of the innermost cause. */
function thrown(expected: Thrown | undefined, actual: Thrown | undefined): Difference | undefined {
  if (essence(expected) === essence(actual)) return undefined
  return { part: 'throws', expected: expected ?? 'nothing', actual: actual ?? 'nothing' }
}

function essence(thrown: Thrown | undefined): string {
  return thrown === undefined ? 'nothing' : canonical([thrown.class, thrown.at, thrown.root?.class ?? null])
}

/** JSON with the members of objects in one order. */
function canonical(json: unknown): string {
  return (
    JSON.stringify(json, (_, value: unknown) =>
      isObject(value) ? Object.fromEntries(Object.entries(value).toSorted(byName)) : value,
    ) ?? 'nothing'
  )
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function byName([left]: readonly [string, unknown], [right]: readonly [string, unknown]): number {
  return left < right ? -1 : 1
}
