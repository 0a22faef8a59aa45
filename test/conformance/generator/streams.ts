import type { Json, JsonObject } from '../scenario/scenario.ts'
import { aggregateStream, cogroup } from './aggregations.ts'
import { serdes, tidy, type Draft, type Handle } from './draft.ts'
import { joiner, keyFunction, predicate, valueFunction } from './lambdas.ts'
import { materialized, serdesMaybe, versioned } from './options.ts'
import { process } from './processors.ts'
import { joinWindows } from './windows.ts'

type StreamStep = (draft: Draft, stream: Handle) => void

const filter: StreamStep = (draft, { as: from, type }) => {
  const op = draft.dice.pick(['filter', 'filterNot'])
  draft.add({ kind: 'stream', type }, op, { from, pred: predicate(draft.dice, type), name: draft.named() })
}

const mapValues: StreamStep = (draft, { as: from, type }) => {
  const { fn, type: into } = valueFunction(draft.dice, type)
  if (draft.dice.chance(0.2))
    draft.add({ kind: 'stream', type: 'string' }, 'mapValues', { from, fn: 'pair', withKey: true, name: draft.named() })
  else draft.add({ kind: 'stream', type: into }, 'mapValues', { from, fn, name: draft.named() })
}

const rekey: StreamStep = (draft, { as: from, type }) => {
  const { dice } = draft
  const key = keyFunction(dice, type)
  if (dice.chance(0.5)) return draft.add({ kind: 'stream', type }, 'selectKey', { from, fn: key, name: draft.named() })
  draft.add({ kind: 'stream', type: 'string' }, 'map', { from, key, value: dice.pick(['pair', 'str']), name: draft.named() })
}

const flatten: StreamStep = (draft, { as: from, type }) => {
  const { dice } = draft
  if (dice.chance(0.4)) {
    const each = dice.pick<Json>([
      'perChar',
      'none',
      [
        ['key', 'str'],
        ['str', 'key'],
      ],
      [
        ['key', 'pair'],
        ['null', 'str'],
      ],
    ])
    return draft.add({ kind: 'stream', type: each === 'perChar' || each === 'none' ? type : 'string' }, 'flatMap', {
      from,
      each,
      name: draft.named(),
    })
  }
  const withKey = dice.chance(0.2)
  const each: Json = withKey ? ['pair', 'key'] : dice.pick<Json>(['perChar', ['str', 'upper'], ['null', 'str']])
  draft.add({ kind: 'stream', type: 'string' }, 'flatMapValues', {
    from,
    each,
    withKey: withKey || undefined,
    name: draft.named(),
  })
}

const merge: StreamStep = (draft, stream) => {
  const other = draft.other('stream', (handle) => handle !== stream && handle.type === stream.type)
  if (other === undefined) return filter(draft, stream)
  other.uses++
  draft.add({ kind: 'stream', type: stream.type }, 'merge', { from: stream.as, with: other.as, name: draft.named() })
}

const repartition: StreamStep = (draft, { as: from, type }) => {
  const { dice } = draft
  const partitions = dice.maybe(0.2, () => dice.int(1, 4))
  const how = tidy({ ...serdesMaybe(draft, type), name: dice.maybe(0.4, () => draft.unique('rep')), partitions })
  draft.add({ kind: 'stream', type }, 'repartition', { from, repartitioned: Object.keys(how).length === 0 ? undefined : how })
}

/** Each branch that stays becomes a handle under the name of its entry in the map. */
const split: StreamStep = (draft, { as: from, type }) => {
  const { dice } = draft
  const name = draft.unique('sp') + '-'
  const branches = Array.from({ length: dice.int(1, 3) }, () => {
    const ending = dice.pick<JsonObject>([
      {},
      {},
      { function: [{ op: 'mapValues', fn: 'str' }] },
      { consumer: [{ op: 'peek' }, { op: 'foreach' }] },
    ])
    return tidy({ pred: predicate(dice, type), name: dice.maybe(0.4, () => draft.unique('b')), ...ending })
  })
  const rest = dice.maybe(0.5, () => tidy({ name: dice.maybe(0.4, () => draft.unique('b')) }))
  draft.step('split', { from, name, branches, default: rest })
  for (const [index, branch] of [...branches.entries()].filter(([, each]) => !('consumer' in each)))
    draft.handles.push({
      as: name + String(branch['name'] ?? index + 1),
      kind: 'stream',
      type: 'function' in branch ? 'string' : type,
      uses: 0,
    })
  if (rest !== undefined) draft.handles.push({ as: name + String(rest['name'] ?? 0), kind: 'stream', type, uses: 0 })
}

const toTable: StreamStep = (draft, { as: from, type }) => {
  if (type === 'string' && draft.dice.chance(0.1)) {
    const { mat, history } = versioned(draft)
    return draft.add({ kind: 'table', type, history }, 'toTable', { from, mat: { ...mat, ...serdes(type) } })
  }
  const mat = materialized(draft, { type, kind: 'key-value', required: type === 'long' })
  draft.add({ kind: 'table', type }, 'toTable', { from, mat, name: draft.named() })
}

const joinStream: StreamStep = (draft, stream) => {
  const { dice } = draft
  const other = draft.other('stream', (handle) => handle !== stream || dice.chance(0.5))
  if (other === undefined) return toTable(draft, stream)
  other.uses++
  const isText = stream.type === 'string' && other.type === 'string'
  const names = {
    name: draft.named(),
    storeName: dice.maybe(0.3, () => draft.unique('js')),
    logging: dice.maybe(0.08, () => false),
  }
  const how = tidy({ ...(isText && dice.chance(0.4) ? {} : { key: 'string', value: stream.type, other: other.type }), ...names })
  const withKey = dice.chance(0.2)
  draft.add({ kind: 'stream', type: 'string' }, dice.pick(['join', 'leftJoin', 'outerJoin']), {
    from: stream.as,
    with: other.as,
    windows: joinWindows(draft),
    joiner: withKey ? 'keyDash' : joiner(dice),
    withKey: withKey || undefined,
    streamJoined: Object.keys(how).length === 0 ? undefined : how,
  })
}

const joinTable: StreamStep = (draft, stream) => {
  const { dice } = draft
  const table = draft.other('table')
  if (table === undefined) return joinStream(draft, stream)
  table.uses++
  const grace = table.history === undefined ? undefined : dice.maybe(0.5, () => dice.int(0, table.history ?? 0))
  const isText = stream.type === 'string' && table.type === 'string'
  const types = isText && grace === undefined && dice.chance(0.4) ? {} : { key: 'string', value: stream.type, other: table.type }
  const how = tidy({ ...types, name: draft.named(), grace })
  const withKey = dice.chance(0.2)
  draft.add({ kind: 'stream', type: 'string' }, dice.pick(['join', 'leftJoin']), {
    from: stream.as,
    with: table.as,
    joiner: withKey ? 'keyDash' : joiner(dice),
    withKey: withKey || undefined,
    joined: Object.keys(how).length === 0 ? undefined : how,
  })
}

const joinGlobal: StreamStep = (draft, stream) => {
  const { dice } = draft
  const table = draft.other('global-table')
  if (table === undefined) return joinTable(draft, stream)
  table.uses++
  draft.add({ kind: 'stream', type: 'string' }, dice.pick(['join', 'leftJoin']), {
    from: stream.as,
    with: table.as,
    key: keyFunction(dice, stream.type),
    joiner: joiner(dice),
    name: draft.named(),
  })
}

const cogrouping: StreamStep = (draft, stream) => {
  const other = draft.other('stream', (handle) => handle !== stream)
  if (other === undefined) return aggregateStream(draft, stream)
  other.uses++
  cogroup(draft, stream, other)
}

const peek: StreamStep = (draft, { as: from, type }) => {
  draft.add({ kind: 'stream', type }, 'peek', { from, name: draft.named() })
}

/** What may be done with a stream, and how often. */
export const streamSteps: readonly (readonly [number, StreamStep])[] = [
  [2, filter],
  [3, mapValues],
  [2, rekey],
  [1, flatten],
  [1, merge],
  [1, repartition],
  [0.7, split],
  [1.5, toTable],
  [6, aggregateStream],
  [2, cogrouping],
  [4, joinStream],
  [2, joinTable],
  [1.5, joinGlobal],
  [3, process],
  [0.4, peek],
]
