import type { Json } from '../scenario/scenario.ts'
import type { Dice } from './dice.ts'
import type { Draft, ReadableStore } from './draft.ts'

type Input = readonly Json[]

/** Timestamps: mostly forward, often late, sometimes too late, and now and then a jump far ahead. */
function* times(dice: Dice, span: number, late: number): Generator<number, never> {
  let now = dice.int(0, span)
  for (;;) {
    const kind = dice.weighted([
      [62, 'on'],
      [22, 'late'],
      [7, 'very late'],
      [7, 'gap'],
      [2, 'jump'],
    ] as const)
    if (kind === 'late') yield Math.max(0, now - dice.int(0, late))
    else if (kind === 'very late') yield Math.max(0, now - dice.int(0, 4 * (span + late)))
    else {
      now +=
        kind === 'on'
          ? dice.int(0, Math.max(1, Math.floor(span / 4)))
          : kind === 'gap'
            ? dice.int(span, 2 * span)
            : 10 * (span + late)
      yield now
    }
  }
}

const texts = ['a', 'b', 'ab', 'bc', 'c', 'd', 'ca']

function records(draft: Draft): Input[] {
  const { dice } = draft
  const clock = times(dice, draft.span, draft.late)
  const keys = ['a', 'b', 'c', 'd'].slice(0, dice.int(2, 4))
  return Array.from({ length: dice.int(8, 35) }, () => {
    const [key, value] = [dice.chance(0.03) ? null : dice.pick(keys), dice.chance(0.12) ? null : dice.pick(texts)]
    const record: Input = [dice.pick(draft.inputTopics), key, value, clock.next().value]
    return dice.chance(0.05) ? [...record, [['h', String(dice.int(0, 9))]]] : record
  })
}

const keyOf = (dice: Dice): string => dice.pick(['a', 'b', 'c', 'd', 'e'])
const bounds = (dice: Dice): [Json, Json] => [dice.pick([null, 'a', 'b']), dice.pick([null, 'b', 'c', 'd'])]

const reads: Readonly<Record<ReadableStore['kind'], (dice: Dice, at: () => number) => readonly Json[]>> = {
  'key-value': (dice) =>
    dice.pick<readonly Json[]>([
      ['get', keyOf(dice)],
      ['range', ...bounds(dice)],
      ['reverseRange', ...bounds(dice)],
      ['all'],
      ['reverseAll'],
      ['prefixScan', keyOf(dice)],
    ]),
  window: (dice, at) =>
    dice.pick<readonly Json[]>([
      ['fetch', keyOf(dice), at()],
      ['fetch', keyOf(dice), 0, at()],
      ['backwardFetch', keyOf(dice), 0, at()],
      ['fetch', ...bounds(dice), 0, at()],
      ['backwardFetch', ...bounds(dice), 0, at()],
      ['all'],
      ['backwardAll'],
      ['fetchAll', 0, at()],
      ['backwardFetchAll', 0, at()],
    ]),
  session: (dice, at) =>
    dice.pick<readonly Json[]>([
      ['fetch', keyOf(dice)],
      ['fetch', 'a', 'c'],
      ['backwardFetch', keyOf(dice)],
      ['backwardFetch', 'a', 'd'],
      ['findSessions', keyOf(dice), 0, at()],
      ['findSessions', 'a', 'c', 0, at()],
      ['backwardFindSessions', keyOf(dice), 0, at()],
    ]),
  versioned: (dice, at) =>
    dice.pick<readonly Json[]>([
      ['get', keyOf(dice)],
      ['get', keyOf(dice), at()],
    ]),
}

/** Puts inputs of another kind between the records. */
function strewn(dice: Dice, inputs: readonly Input[], count: number, make: () => Input): Input[] {
  const all = [...inputs]
  for (let i = 0; i < count; i++) all.splice(dice.int(1, all.length), 0, make())
  return all
}

/** Records, and between them reads of stores, wall-clock time, and a restart. */
export function inputs(draft: Draft): Input[] {
  const { dice, stores } = draft
  let all = records(draft)
  const at = (): number => dice.int(0, 8 * draft.span)
  if (stores.length > 0 && dice.chance(0.25))
    all = strewn(dice, all, dice.int(1, 5), () => {
      const store = dice.pick(stores)
      return ['!store', store.name, ...reads[store.kind](dice, at)]
    })
  if (draft.hasWallClock || dice.chance(0.03)) all = strewn(dice, all, dice.int(2, 6), () => ['!wall', dice.int(1, 20)])
  return dice.chance(0.1) ? strewn(dice, all, 1, () => ['!reopen']) : all
}
