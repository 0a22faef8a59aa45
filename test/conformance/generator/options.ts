import type { Json, JsonObject } from '../scenario/scenario.ts'
import { serdes, tidy, type Draft, type ReadableStore, type ValueType } from './draft.ts'

/** Serdes wherever they are needed; where all is text, the default serdes would do, too. */
export function serdesMaybe(draft: Draft, type: ValueType): Readonly<Record<string, Json>> {
  return type === 'string' && draft.dice.chance(0.4) ? {} : serdes(type)
}

export function grouped(draft: Draft, type: ValueType): JsonObject | undefined {
  const { dice } = draft
  const options = tidy({ name: dice.maybe(0.2, () => draft.unique('grp')), ...serdesMaybe(draft, type) })
  return Object.keys(options).length === 0 ? undefined : options
}

interface MaterializedChoice {
  readonly type: ValueType
  readonly kind: ReadableStore['kind']
  /** Always given: its serdes are needed. */
  readonly required?: boolean
  readonly retention?: number | undefined
}

/** Materialized options; a named store can be read afterwards. */
export function materialized(
  draft: Draft,
  { type, kind, required = false, retention }: MaterializedChoice,
): JsonObject | undefined {
  const { dice } = draft
  if (!required && retention === undefined && dice.chance(0.45)) return undefined
  const name = dice.maybe(0.5, () => draft.unique('store'))
  if (name !== undefined) draft.stores.push({ name, kind })
  return tidy({
    name,
    ...(required ? serdes(type) : serdesMaybe(draft, type)),
    caching: dice.maybe(0.2, () => dice.chance(0.5)),
    logging: dice.maybe(0.12, () => (dice.chance(0.5) ? false : { 'segment.bytes': '1000000' })),
    storeType: dice.maybe(0.06, () => dice.pick(['mem', 'rocks'])),
    retention,
  })
}

/** On a versioned store. */
export function versioned(draft: Draft): { readonly mat: JsonObject; readonly history: number } {
  const { dice } = draft
  const [name, history] = [draft.unique('ver'), dice.int(0, 40)]
  draft.stores.push({ name, kind: 'versioned' })
  return {
    history,
    mat: { supplier: tidy({ type: 'versioned', name, history, segment: dice.maybe(0.3, () => dice.int(1, 20)) }) },
  }
}
