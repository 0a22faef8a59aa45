import type { Json, JsonObject } from '../scenario/scenario.ts'
import { aggregateTable } from './aggregations.ts'
import { tidy, type Draft, type Handle } from './draft.ts'
import { joiner, predicate, valueFunction } from './lambdas.ts'
import { materialized } from './options.ts'
import { transformValues } from './processors.ts'

type TableStep = (draft: Draft, table: Handle) => void

const filter: TableStep = (draft, { as: from, type }) => {
  const mat = materialized(draft, { type, kind: 'key-value' })
  const made = mat !== undefined && type === 'long' ? { ...mat, key: 'string', value: 'long' } : mat
  draft.add({ kind: 'table', type }, draft.dice.pick(['filter', 'filterNot']), {
    from,
    pred: predicate(draft.dice, type),
    mat: made,
    name: draft.named(),
  })
}

const mapValues: TableStep = (draft, { as: from, type }) => {
  const { fn, type: into } = valueFunction(draft.dice, type)
  const mat = draft.dice.chance(0.5) ? undefined : materialized(draft, { type: into, kind: 'key-value', required: true })
  draft.add({ kind: 'table', type: into }, 'mapValues', { from, fn, mat, name: draft.named() })
}

const transform: TableStep = (draft, table) => {
  const mat = draft.dice.chance(0.6) ? undefined : materialized(draft, { type: 'string', kind: 'key-value', required: true })
  transformValues(draft, table, mat)
}

const toStream: TableStep = (draft, { as: from, type }) => {
  draft.add({ kind: 'stream', type }, 'toStream', { from, name: draft.named() })
}

const join: TableStep = (draft, table) => {
  const { dice } = draft
  const other = draft.other('table', (handle) => handle !== table)
  if (other === undefined) return toStream(draft, table)
  other.uses++
  const mat = dice.chance(0.5) ? undefined : materialized(draft, { type: 'string', kind: 'key-value', required: true })
  const common = { from: table.as, with: other.as, joiner: joiner(dice), mat }
  if (dice.chance(0.6))
    return draft.add({ kind: 'table', type: 'string' }, dice.pick(['join', 'leftJoin', 'outerJoin']), {
      ...common,
      name: draft.named(),
    })
  const fk = dice.pick<Json>([
    ['then', 'str', 'firstChar'],
    ['then', ['then', 'str', 'firstChar'], ['nullIf', 'a']],
  ])
  const tableJoined = dice.maybe(0.4, () => ({ name: draft.unique('fk') }))
  draft.add({ kind: 'table', type: 'string' }, dice.pick(['join', 'leftJoin']), { ...common, fk, tableJoined })
}

const limits: readonly JsonObject[] = [
  { maxRecords: 1, full: 'emitEarly' },
  { maxRecords: 3, full: 'emitEarly' },
  { maxRecords: 2 },
  { maxBytes: 150, full: 'emitEarly' },
  { maxRecords: 4, full: 'shutDown' },
  { maxBytes: 300, full: 'shutDown' },
  { logging: false },
]

const suppress: TableStep = (draft, table) => {
  const { dice } = draft
  if (table.history !== undefined) return toStream(draft, table)
  const buffer = dice.maybe(0.5, () => dice.pick(limits))
  const args = tidy({ from: table.as, until: 'timeLimit', limit: dice.int(0, 15), buffer, name: draft.named() })
  draft.add({ kind: 'table', type: table.type }, 'suppress', args)
}

/** What may be done with a table, and how often. */
export const tableSteps: readonly (readonly [number, TableStep])[] = [
  [2, filter],
  [2, mapValues],
  [1, transform],
  [2, toStream],
  [4, join],
  [2, aggregateTable],
  [2, suppress],
]

/** A table of windows is suppressed, filtered or grouped, and becomes a stream of texts or of windowed keys. */
export function windowedTableStep(draft: Draft, table: Handle): void {
  const { dice } = draft
  const { as: from, type, key } = table
  const made = { kind: 'windowed-table' as const, type, ...(key === undefined ? {} : { key }) }
  dice.weighted<() => void>([
    [
      2,
      () =>
        draft.add(made, 'suppress', {
          from,
          until: 'windowCloses',
          name: draft.named(),
          buffer: dice.maybe(0.3, () =>
            dice.pick([{ logging: false }, { maxRecords: 4, full: 'shutDown' }, { maxBytes: 500, full: 'shutDown' }]),
          ),
        }),
    ],
    [1, () => draft.add(made, 'suppress', { from, until: 'timeLimit', limit: dice.int(0, 10), name: draft.named() })],
    [1, () => draft.add(made, 'filter', { from, pred: predicate(dice, type), name: draft.named() })],
    [4, () => draft.add({ kind: 'stream', type }, 'toStream', { from, fn: ['ofKey', 'str'] })],
    [1, () => aggregateTable(draft, table)],
  ])()
}
