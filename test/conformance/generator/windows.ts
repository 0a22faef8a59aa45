import type { Json, JsonObject } from '../scenario/scenario.ts'
import type { Dice } from './dice.ts'
import { tidy, type Draft } from './draft.ts'

export interface WindowChoice {
  readonly kind: 'time' | 'unlimited' | 'sliding' | 'session'
  readonly window: JsonObject
  /** How its keys are written. */
  readonly key: Json
  readonly lengthMs: number
  readonly graceMs: number
}

const kinds: Readonly<
  Record<WindowChoice['kind'], (dice: Dice, graceMs: number | undefined) => Omit<WindowChoice, 'kind' | 'graceMs'>>
> = {
  time: (dice, grace) => {
    const size = dice.int(3, 20)
    const advance = dice.maybe(0.5, () => dice.int(1, size))
    return { window: tidy({ type: 'time', size, advance, grace }), key: ['timeWindowed', 'string', size], lengthMs: size }
  },
  unlimited: (dice) => {
    const window = tidy({ type: 'unlimited', start: dice.maybe(0.7, () => dice.int(0, 20)) })
    return { window, key: ['timeWindowed', 'string'], lengthMs: 10 }
  },
  sliding: (dice, grace) => {
    const diff = dice.int(1, 12)
    return { window: tidy({ type: 'sliding', diff, grace }), key: ['timeWindowed', 'string', diff], lengthMs: diff }
  },
  session: (dice, grace) => {
    const gap = dice.int(0, 8)
    return { window: tidy({ type: 'session', gap, grace }), key: ['sessionWindowed', 'string'], lengthMs: gap }
  },
}

/** Windows that the draft's records will fill, miss and outlive. */
export function windows(draft: Draft): WindowChoice {
  const { dice } = draft
  const kind = dice.weighted([
    [4, 'time'],
    [1, 'unlimited'],
    [3, 'sliding'],
    [3, 'session'],
  ] as const)
  const grace = dice.maybe(0.75, () => dice.int(0, 15))
  const made = kinds[kind](dice, grace)
  draft.spread(Math.max(2, made.lengthMs), made.lengthMs + (grace ?? 0))
  return { kind, ...made, graceMs: grace ?? 0 }
}

export function joinWindows(draft: Draft): JsonObject {
  const { dice } = draft
  if (dice.chance(0.05)) return tidy({ legacy: dice.int(0, 10), grace: dice.maybe(0.6, () => dice.int(0, 10)) })
  const before = dice.int(0, 12)
  const after = dice.chance(0.5) ? before : dice.int(dice.chance(0.3) ? -before : 0, 12)
  const grace = dice.maybe(0.75, () => dice.int(0, 10))
  draft.spread(Math.max(3, Math.floor((before + after) / 2)), before + after + (grace ?? 0))
  return tidy({ before, after, grace })
}
