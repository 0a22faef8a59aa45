import type { JsonObject, Scenario } from '../scenario/scenario.ts'
import { Dice } from './dice.ts'
import { Draft, serdes, tidy, type Handle } from './draft.ts'
import { withFailures } from './failures.ts'
import { inputs } from './inputs.ts'
import { materialized, versioned } from './options.ts'
import { streamSteps } from './streams.ts'
import { tableSteps, windowedTableStep } from './tables.ts'

/** A scenario that Java can run: a random topology of the whole DSL, written out wherever it ends, and inputs for it. */
export function randomScenario(id: string, seed: number): Scenario {
  const dice = new Dice(seed)
  const draft = new Draft(dice)
  sources(draft)
  for (let left = dice.int(1, 5); left > 0; left--) grow(draft)
  for (const handle of draft.handles.filter(({ uses, kind }) => uses === 0 && kind !== 'global-table')) writeOut(draft, handle)
  const { topo, topics } = draft
  const scenario = { id, config: config(dice), topics, topo, in: inputs(draft), want: wants(dice) }
  return dice.chance(0.15) ? withFailures(scenario, dice) : scenario
}

function sources(draft: Draft): void {
  const { dice } = draft
  for (let left = dice.int(1, 3); left > 0; left--) {
    const topic = draft.unique('in')
    draft.inputTopics.push(topic)
    dice.weighted<() => void>([
      [
        6,
        () =>
          draft.add({ kind: 'stream', type: 'string' }, 'stream', {
            topic,
            consumed: dice.maybe(0.15, () => ({ name: draft.unique('src'), ...serdes('string') })),
          }),
      ],
      [
        3,
        () =>
          draft.add({ kind: 'table', type: 'string' }, 'table', {
            topic,
            mat: materialized(draft, { type: 'string', kind: 'key-value' }),
          }),
      ],
      [1, () => versionedSource(draft, topic)],
      [1, () => globalSource(draft, topic)],
    ])()
  }
  if (draft.handles.every(({ kind }) => kind === 'global-table')) {
    const topic = draft.unique('in')
    draft.inputTopics.push(topic)
    draft.add({ kind: 'stream', type: 'string' }, 'stream', { topic })
  }
}

function versionedSource(draft: Draft, topic: string): void {
  const { mat, history } = versioned(draft)
  draft.add({ kind: 'table', type: 'string', history }, 'table', { topic, mat })
}

function globalSource(draft: Draft, topic: string): void {
  const { dice } = draft
  draft.add({ kind: 'global-table', type: 'string' }, 'globalTable', {
    topic,
    mat: dice.maybe(0.5, () => ({ name: draft.unique('gs') })),
  })
}

function grow(draft: Draft): void {
  const { dice } = draft
  const usable = draft.handles.filter(({ kind }) => kind !== 'global-table')
  // What nobody uses yet is continued more often than it is shared.
  const handle = dice.weighted(usable.map((each) => [each.uses === 0 ? 4 : 1, each] as const))
  handle.uses++
  if (handle.kind === 'stream') dice.weighted(streamSteps)(draft, handle)
  else if (handle.kind === 'table') dice.weighted(tableSteps)(draft, handle)
  else windowedTableStep(draft, handle)
}

function writeOut(draft: Draft, { as: from, kind, type, key }: Handle): void {
  const topic = draft.unique('out')
  if (kind !== 'stream') draft.step('toStream', { from })
  const isWindowed = kind === 'windowed-table'
  draft.topics[topic] = [isWindowed ? (key ?? 'bytes') : 'string', type]
  const produced = isWindowed ? undefined : serdes(type)
  draft.step('to', { ...(kind === 'stream' ? { from } : {}), topic, produced })
}

function config(dice: Dice): JsonObject {
  return tidy({
    cache: dice.maybe(0.2, () => 10485760),
    stores: dice.maybe(0.2, () => 'rocks'),
    guarantee: dice.maybe(0.05, () => 'exactly_once_v2'),
    optimization: dice.maybe(0.25, () =>
      dice.pick(['all', 'all', 'reuse.ktable.source.topics', 'merge.repartition.topics', 'single.store.self.join']),
    ),
    wallClock: dice.maybe(0.1, () => dice.int(0, 100)),
  })
}

function wants(dice: Dice): string[] {
  const chances = { raw: 0.3, stores: 0.4, describe: 0.25, topics: 0.2 }
  return Object.entries(chances).flatMap(([part, probability]) => (dice.chance(probability) ? [part] : []))
}
