import { setTimeout as delay } from 'node:timers/promises'
import type { Letter } from '../../../app/contracts/dead-letters.ts'
import { addressText } from '../../../app/dead-letters/ports.ts'
import { fates } from './bad-records.ts'
import type { BadRecord } from './bad-records.ts'
import { allLetters, byKey, letterOf } from './letters.ts'

/** Dead letters of a running pipeline, as its operator has them. */
export class LetterDesk {
  readonly #url: string
  readonly #letters: ReadonlyMap<string, readonly Letter[]>

  private constructor(url: string, letters: readonly Letter[]) {
    this.#url = url
    this.#letters = byKey(letters)
  }

  static async open(url: string): Promise<LetterDesk> {
    return new LetterDesk(url, await allLetters(url))
  }

  /** Sends a letter of each again, as it is, and discards what others wrote of it. Returns what was refused. */
  async replay(bads: readonly BadRecord[]): Promise<readonly string[]> {
    const refused: string[] = []
    for (const bad of bads) {
      const letter = letterOf(bad, this.#letters)
      const answer = letter === undefined ? null : await this.#post(letter, 'replay')
      if (answer?.status !== 202)
        refused.push(`${bad.kind} ${bad.id} is not sent again: ${(await answer?.text()) ?? 'no letter'}`)
    }
    return refused
  }

  /** All letters of these leave the list. */
  async discard(bads: readonly BadRecord[]): Promise<void> {
    for (const { id } of bads) for (const letter of this.#letters.get(String(id)) ?? []) await this.#post(letter, 'discard')
  }

  #post({ at }: Letter, what: 'replay' | 'discard'): Promise<Response> {
    const headers = { 'content-type': 'application/json' }
    return fetch(`${this.#url}/api/dlq/letters/${addressText(at)}/${what}`, { method: 'POST', headers, body: '{}' })
  }
}

/** Those that are mended in a way. */
export function mendedBy(mend: (typeof fates)[BadRecord['kind']]['mend'], bads: readonly BadRecord[]): readonly BadRecord[] {
  return bads.filter(({ kind }) => fates[kind].mend === mend)
}

/** Resolves when that holds, or after so long: then with false. */
export async function awaited(holds: () => boolean | Promise<boolean>, timeoutMs: number): Promise<boolean> {
  const endMs = Date.now() + timeoutMs
  while (!(await holds())) {
    if (Date.now() > endMs) return false
    await delay(100)
  }
  return true
}
