import type { Json, JsonObject } from '../scenario/scenario.ts'
import { serdes, tidy, type Draft, type Handle, type ValueType } from './draft.ts'
import { keyFunction, valueFunction } from './lambdas.ts'

interface ProcessorChoice {
  readonly processor: JsonObject
  readonly store?: JsonObject
  readonly type: ValueType
  /** Schedules, or forwards other keys: not for processValues. */
  readonly free?: true
}

const stateless: readonly ((draft: Draft, type: ValueType) => ProcessorChoice)[] = [
  (_, type) => ({ processor: { type: 'pass' }, type }),
  ({ dice }, type) => {
    const { fn, type: into } = valueFunction(dice, type)
    return {
      processor: tidy({ type: 'fn', key: dice.maybe(0.4, () => keyFunction(dice, type)), value: fn }),
      type: into,
      free: true,
    }
  },
  (_, type) => ({ processor: { type: 'twice' }, type }),
  ({ dice }, type) => ({ processor: { type: 'shift', by: dice.int(0, 20) }, type }),
  (_, type) => ({ processor: { type: 'header', name: 'p', value: 'v' }, type }),
  () => ({ processor: { type: 'times' }, type: 'string' }),
  () => ({ processor: { type: 'metadata' }, type: 'string' }),
  (_, type) => ({ processor: { type: 'commit' }, type }),
]

const stateful: readonly ((draft: Draft, store: JsonObject, type: ValueType) => ProcessorChoice)[] = [
  (_, store) => ({ processor: { type: 'counter', store: store['name']! }, store: { ...store, value: 'long' }, type: 'long' }),
  (_, store, type) => ({ processor: { type: 'dedup', store: store['name']! }, store: { ...store, value: type }, type }),
  (_, store) => ({ processor: { type: 'append', store: store['name']! }, store, type: 'string' }),
  (_, store) => ({ processor: { type: 'contents', store: store['name']! }, store, type: 'string', free: true }),
  ({ dice }, store) => ({
    processor: { type: 'windowCount', store: store['name']!, size: 5 },
    store: tidy({
      type: dice.pick(['memWindow', 'memWindow', 'twindow']),
      name: store['name'],
      key: 'string',
      value: 'long',
      retention: dice.int(20, 60),
      size: 5,
      timestamped: true,
    }),
    type: 'long',
  }),
]

/** Schedules; a table of what it holds is in the store. */
function timed(draft: Draft, store: JsonObject, type: ValueType): ProcessorChoice {
  const { dice } = draft
  const time = dice.pick(['stream', 'stream', 'wall'])
  draft.hasWallClock ||= time === 'wall'
  const interval = dice.int(3, 15)
  if (type === 'string' && dice.chance(0.5))
    return { processor: { type: 'buffer', store: store['name']!, interval, time }, store, type: 'string', free: true }
  const cancelAfter = dice.maybe(0.3, () => dice.int(1, 4))
  return { processor: tidy({ type: 'ticker', interval, time, cancelAfter }), type: 'string', free: true }
}

function choice(draft: Draft, type: ValueType): ProcessorChoice {
  const { dice } = draft
  const name = draft.unique('ps')
  const store = tidy({
    type: dice.pick(['memKv', 'memKv', 'kv', 'tkv']),
    name,
    ...serdes('string'),
    caching: dice.maybe(0.3, () => dice.chance(0.5)),
    logging: dice.maybe(0.1, () => false),
  })
  const kv =
    store['type'] === 'tkv' || dice.chance(0.3)
      ? { ...store, type: store['type'] === 'kv' ? 'tkv' : store['type'], timestamped: true }
      : store
  // The ticker forwards text beside the records, and a list of entries is text.
  const makers = [
    ...stateless.map((make) => () => make(draft, type)),
    ...(type === 'string' ? [...stateful, ...stateful] : stateful.slice(0, 1)).map((make) => () => make(draft, kv, type)),
  ]
  return type === 'string' && dice.chance(0.15) ? timed(draft, kv, type) : dice.pick(makers)()
}

/** process or processValues, with a store of its own, or one added and connected. */
export function process(draft: Draft, { as: from, type }: Handle): void {
  const { dice } = draft
  const { processor, store, type: into, free } = choice(draft, type)
  const op = free !== true && dice.chance(0.4) ? 'processValues' : 'process'
  const isOwn = dice.chance(0.5)
  if (store !== undefined) draft.stores.push({ name: String(store['name']), kind: 'size' in store ? 'window' : 'key-value' })
  if (store !== undefined && !isOwn) draft.step('addStateStore', { store })
  const connected: Readonly<Record<string, Json>> =
    store === undefined ? {} : isOwn ? { own: store } : { stores: [store['name']!] }
  draft.add({ kind: 'stream', type: into }, op, { from, processor, ...connected, name: draft.named() })
}

/** KTable.transformValues, plain or counting in a store. */
export function transformValues(draft: Draft, { as: from, type }: Handle, mat: JsonObject | undefined): void {
  if (draft.dice.chance(0.7)) {
    const fn: Json = type === 'string' ? ['append', 't'] : 'str'
    return draft.add({ kind: 'table', type: 'string' }, 'transformValues', {
      from,
      transformer: { type: 'fn', fn },
      mat,
      name: draft.named(),
    })
  }
  const name = draft.unique('ts')
  draft.stores.push({ name, kind: 'key-value' })
  draft.step('addStateStore', { store: { type: 'memKv', name, key: 'string', value: 'long' } })
  const transformer = { type: 'counter', store: name }
  draft.add({ kind: 'table', type: 'string' }, 'transformValues', { from, transformer, stores: [name], mat, name: draft.named() })
}
