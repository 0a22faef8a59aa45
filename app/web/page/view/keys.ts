import { factsOf, pageNames } from './pages.ts'
import type { PageName } from './pages.ts'

/** What a key means. Kill has none. */
export type KeyCommand = PageName | 'filter' | 'transfer' | 'user' | 'generator' | 'freeze' | 'down' | 'up' | 'close' | 'keys'

export const keyList: readonly (readonly [keys: string, what: string])[] = [
  ...pageNames.map((name) => [`g ${factsOf(name).key}`, factsOf(name).title] as const),
  ['/', 'filter the records'],
  ['n', 'new transfer'],
  ['u', 'new user'],
  ['p', 'pause the generator, or let it go on'],
  ['f', 'freeze the view'],
  ['j', 'next row'],
  ['k', 'row before'],
  ['[', 'version before, in a history'],
  [']', 'next version'],
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
  ']': 'down',
  '[': 'up',
  Escape: 'close',
  '?': 'keys',
}
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
    return (isSecond ? pageNames.find((name) => factsOf(name).key === key) : single[key]) ?? null
  }
}
