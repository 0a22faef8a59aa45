import type { Json } from '../scenario/scenario.ts'
import type { Dice } from './dice.ts'
import type { ValueType } from './draft.ts'

// Named lambdas that fit the type of the values; all but `throwIf` are total.

export function valueFunction(dice: Dice, type: ValueType): { readonly fn: Json; readonly type: ValueType } {
  if (type === 'long') {
    const fn = dice.pick<Json>(['value', ['add', 1], ['nullIf', 2], 'str', 'null'])
    return { fn, type: fn === 'str' ? 'string' : 'long' }
  }
  const texts: Json[] = [
    'upper',
    'str',
    'firstChar',
    'rest',
    'value',
    'null',
    ['append', 'x'],
    ['prefix', 'y'],
    ['const', 'c'],
    ['nullIf', 'a'],
  ]
  if (dice.chance(0.15)) return { fn: 'length', type: 'long' }
  return { fn: dice.chance(0.15) ? ['then', dice.pick(texts), ['append', '!']] : dice.pick(texts), type: 'string' }
}

/** Makes a text key out of any record. */
export function keyFunction(dice: Dice, type: ValueType): Json {
  const ofText: Json[] = ['value', 'firstChar', ['nullIf', 'a'], 'pair']
  const ofAny: Json[] = ['key', 'str', ['const', 'k'], ['then', 'str', 'firstChar']]
  return dice.pick(type === 'string' ? [...ofText, ...ofAny] : ofAny)
}

export function predicate(dice: Dice, type: ValueType): Json {
  const ofAny: Json[] = ['all', 'keyNotNull', 'valueNotNull', ['keyEq', 'a'], ['keyEq', null], ['valueEq', null]]
  const ofText: Json[] = [
    ['startsWith', 'a'],
    ['contains', 'b'],
    ['longerThan', 1],
    ['valueEq', 'a'],
    ['not', ['startsWith', 'c']],
    'none',
  ]
  const ofNumber: Json[] = ['even', ['atLeast', 2], ['not', 'even']]
  return dice.pick([...ofAny, ...(type === 'string' ? [...ofText, ...ofText] : [...ofNumber, ...ofNumber])])
}

export function reducer(dice: Dice, type: ValueType): Json {
  if (type === 'long') return dice.pick<Json>(['sum', 'max', 'min', 'last', 'first'])
  return dice.pick<Json>([
    'concat',
    'plus',
    'last',
    'first',
    'max',
    'min',
    ['nullIf', 'd', 'concat'],
    ['nullIf', 'a', 'plus'],
    'null',
  ])
}

/** An aggregator into the type, from values of any type. */
export function aggregator(dice: Dice, into: ValueType): Json {
  if (into === 'long') return dice.pick<Json>(['length', 'count'])
  return dice.pick<Json>(['concat', 'plus', 'dash', 'keyed', 'upper', ['nullIf', 'b', 'plus']])
}

/** The result of every joiner is a text; so is that of one that gives null. */
export function joiner(dice: Dice): Json {
  return dice.weighted<Json>([
    [6, 'dash'],
    [1, 'plus'],
    [1, ['nullIf', 'b', 'dash']],
    [0.5, 'null'],
  ])
}
