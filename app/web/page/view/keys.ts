import type { View } from './view.ts'

/** What a key means. Kill has none. */
export type KeyCommand = View['page'] | 'filter' | 'transfer' | 'user' | 'generator' | 'freeze' | 'down' | 'up' | 'close' | 'keys'

export const keyList: readonly (readonly [keys: string, what: string])[] = [
  ['g l', 'Live'],
  ['g r', 'Records'],
  ['g g', 'Graph'],
  ['g h', 'Hours and alerts'],
  ['g d', 'Dead letters'],
  ['/', 'filter the records'],
  ['n', 'new transfer'],
  ['u', 'new user'],
  ['p', 'pause the generator, or let it go on'],
  ['f', 'freeze the view'],
  ['j', 'next row'],
  ['k', 'row before'],
  ['Enter', 'open the row'],
  ['Esc', 'close'],
  ['?', 'this list'],
]

const single: Readonly<Record<string, KeyCommand>> = {
  '/': 'filter',
  n: 'transfer',
  u: 'user',
  p: 'generator',
  f: 'freeze',
  j: 'down',
  k: 'up',
  Escape: 'close',
  '?': 'keys',
}
const afterG: Readonly<Record<string, KeyCommand>> = { l: 'live', r: 'records', g: 'graph', h: 'hours', d: 'dead-letters' }
const sequenceMs = 1_000

export interface KeyStroke {
  readonly key: string
  readonly at: number
  /** Ctrl, Alt or Meta: the browser's business. */
  readonly hasModifier: boolean
  /** The focus is where text is typed. */
  readonly isTyping: boolean
}

/** Reads keystrokes one after another. Esc works everywhere; all others rest while somebody types. */
export class KeyReader {
  #gAt = -Infinity

  read({ key, at, hasModifier, isTyping }: KeyStroke): KeyCommand | null {
    if (hasModifier || (isTyping && key !== 'Escape')) return null
    const isSecond = at - this.#gAt < sequenceMs
    this.#gAt = key === 'g' ? at : -Infinity
    return (isSecond ? afterG[key] : single[key]) ?? null
  }
}
