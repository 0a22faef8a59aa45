import type { Json } from '../scenario/scenario.ts'
import { serdes, type Draft, type Handle, type ReadableStore, type ValueType } from './draft.ts'
import { aggregator, keyFunction, reducer } from './lambdas.ts'
import { grouped, materialized, versioned } from './options.ts'
import { windows, type WindowChoice } from './windows.ts'

interface Fold {
  readonly op: 'count' | 'reduce' | 'aggregate'
  readonly args: Readonly<Record<string, Json | undefined>>
  readonly type: ValueType
}

/** The aggregation's own arguments: what it folds, and into what. */
function fold(draft: Draft, type: ValueType, session: boolean): Fold {
  const { dice } = draft
  const op = dice.pick(['count', 'reduce', 'aggregate'] as const)
  if (op === 'count') return { op, args: {}, type: 'long' }
  if (op === 'reduce') return { op, args: { fold: reducer(dice, type) }, type }
  const into = dice.pick(['string', 'string', 'long'] as const)
  const merger = into === 'long' ? 'sum' : dice.pick(['concat', 'plus'])
  const init = into === 'long' ? dice.int(0, 2) : dice.pick(['', 'I'])
  return { op, args: { init, fold: aggregator(dice, into), merger: session ? merger : undefined }, type: into }
}

/** groupByKey or groupBy, and what may follow: a plain aggregation, or one over windows. */
export function aggregateStream(draft: Draft, { as: from, type }: Handle): void {
  const { dice } = draft
  const isWindowed = dice.chance(0.55)
  // The default serde of the config would not be wrapped by a windowed one.
  const how = isWindowed ? { ...grouped(draft, type), ...serdes(type) } : grouped(draft, type)
  if (dice.chance(0.7)) draft.step('groupByKey', { from, grouped: how })
  else draft.step('groupBy', { from, fn: keyFunction(dice, type), grouped: how })
  if (isWindowed) aggregateWindows(draft, type)
  else aggregatePlain(draft, type)
}

function aggregatePlain(draft: Draft, type: ValueType): void {
  const { dice } = draft
  const { op, args, type: into } = fold(draft, type, false)
  if (op === 'aggregate' && into === 'string' && dice.chance(0.08)) {
    const { mat, history } = versioned(draft)
    return draft.add({ kind: 'table', type: into, history }, op, { ...args, mat })
  }
  const mat = materialized(draft, { type: into, kind: 'key-value', required: op !== 'count' && into !== 'string' })
  const name = mat === undefined && op !== 'count' ? undefined : draft.named(0.15)
  draft.add({ kind: 'table', type: into }, op, { ...args, mat, name })
}

function aggregateWindows(draft: Draft, type: ValueType): void {
  const choice = windows(draft)
  draft.step('windowedBy', { window: choice.window })
  emitStrategy(draft, choice)
  const { op, args, type: into } = fold(draft, type, choice.kind === 'session')
  const mat = windowedStore(draft, choice, into, op === 'aggregate')
  const name = mat === undefined && op !== 'count' ? undefined : draft.named(0.15)
  draft.add({ kind: 'windowed-table', type: into, key: choice.key }, op, { ...args, mat, name })
}

function emitStrategy(draft: Draft, { kind }: WindowChoice): void {
  const { dice } = draft
  if (kind === 'unlimited') return
  const on = dice.maybe(0.2, () =>
    dice.weighted([
      [4, 'close'],
      [1, 'update'],
    ] as const),
  )
  if (on !== undefined) draft.step('emitStrategy', { on })
}

function windowedStore(draft: Draft, choice: WindowChoice, type: ValueType, required: boolean): Json | undefined {
  const { dice } = draft
  const kind: ReadableStore['kind'] = choice.kind === 'session' ? 'session' : 'window'
  const enough = 2 * choice.lengthMs + choice.graceMs
  const retention = choice.kind === 'unlimited' ? undefined : dice.maybe(0.15, () => enough + dice.int(0, 60))
  return materialized(draft, { type, kind, required: required || type === 'long', retention })
}

/** Two grouped streams into one aggregate. */
export function cogroup(draft: Draft, left: Handle, right: Handle): void {
  const { dice } = draft
  const into = dice.pick(['string', 'long'] as const)
  const groups = [left, right].map(({ as: from, type }, index) => {
    const as = draft.unique('g')
    const name = dice.maybe(0.4, () => draft.unique('grp'))
    const how = { ...serdes(type), ...(name === undefined ? {} : { name }) }
    // Java fails to build two unnamed groupings of changed keys.
    const isRekeyed = index === 1 && name !== undefined && dice.chance(0.3)
    draft.step(isRekeyed ? 'groupBy' : 'groupByKey', { from, as, grouped: how, fn: isRekeyed ? 'str' : undefined })
    return as
  })
  draft.step('cogroup', { from: groups[0]!, fold: aggregator(dice, into) })
  draft.step('cogroup', { with: groups[1]!, fold: aggregator(dice, into) })
  const choice = dice.chance(0.6) ? windows(draft) : undefined
  // A cogrouped stream has no unlimited windows worth the name: they are as other windows there.
  if (choice !== undefined) draft.step('windowedBy', { window: choice.window })
  const merger = into === 'long' ? 'sum' : 'concat'
  const args = {
    init: into === 'long' ? 0 : '',
    merger: choice?.kind === 'session' ? merger : undefined,
    name: draft.named(0.15),
  }
  const kind = choice === undefined ? 'key-value' : choice.kind === 'session' ? 'session' : 'window'
  const mat = materialized(draft, { type: into, kind, required: true })
  const made = {
    type: into,
    ...(choice === undefined ? { kind: 'table' as const } : { kind: 'windowed-table' as const, key: choice.key }),
  }
  draft.add(made, 'aggregate', { ...args, mat })
}

/** KTable.groupBy and what is computed from it. */
export function aggregateTable(draft: Draft, { as: from, type, kind }: Handle): void {
  const { dice } = draft
  const ofText: Json[] = type === 'string' ? [['nullIf', 'a'], 'value'] : []
  const key =
    kind === 'windowed-table' ? 'windowKey' : dice.pick<Json>(['key', ['then', 'str', 'firstChar'], ['const', 'g'], ...ofText])
  draft.step('groupBy', { from, key, value: 'value', grouped: { ...grouped(draft, type), ...serdes(type) } })
  const op = dice.pick(['count', 'reduce', 'aggregate'] as const)
  if (op === 'count') {
    const mat = materialized(draft, { type: 'long', kind: 'key-value' })
    return draft.add({ kind: 'table', type: 'long' }, op, { mat, name: draft.named(0.15) })
  }
  const folds =
    type === 'long' && op === 'reduce'
      ? { add: 'sum', subtract: 'subtract' }
      : { add: 'plus', subtract: dice.pick(['minus', 'minus', 'null']) }
  const into = op === 'reduce' ? type : 'string'
  const mat = materialized(draft, { type: into, kind: 'key-value', required: into === 'long' || op === 'aggregate' })
  const name = mat === undefined ? undefined : draft.named(0.15)
  draft.add({ kind: 'table', type: into }, op, { ...folds, init: op === 'aggregate' ? 'I' : undefined, mat, name })
}
