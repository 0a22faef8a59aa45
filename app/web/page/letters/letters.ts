import { signal } from '@preact/signals'
import type { Signal } from '@preact/signals'
import type { LetterDetail, LetterPage, ReplayOrder } from '../../../contracts/dead-letters.ts'
import type { Answer } from '../app/ask.ts'
import type { Address, LetterFilter } from '../view/view.ts'
import { discardLetter, listLetters, pathOf, replayLetter, showLetter } from './letters-api.ts'

const outcomeMs = 4_000

/** A copy that somebody edits. */
export interface Draft {
  readonly form: 'text' | 'hex'
  readonly content: string
}

/** What the page knows of dead letters. Copies that are edited outlive the panel, and everything that happens to the list. */
export class Letters {
  /** Null until the first answer. */
  readonly list: Signal<LetterPage | null> = signal(null)
  /** Why the last question has no answer. The list from before stays. */
  readonly failure: Signal<string | null> = signal(null)
  readonly open: Signal<LetterDetail | null> = signal(null)
  readonly openFailure: Signal<string | null> = signal(null)
  readonly isBusy: Signal<boolean> = signal(false)
  readonly drafts: Signal<ReadonlyMap<string, Draft>> = signal(new Map())
  #asked = 0

  async load(filter: LetterFilter, page: number): Promise<void> {
    const asked = ++this.#asked
    const answer = await listLetters(filter, page)
    // An answer that a later question has overtaken says nothing any more.
    if (asked !== this.#asked) return
    this.failure.value = 'failure' in answer ? answer.failure : null
    if ('value' in answer) this.list.value = answer.value
  }

  async show(address: Address): Promise<void> {
    this.openFailure.value = null
    if (this.open.value !== null && pathOf(this.open.value.at) !== pathOf(address)) this.open.value = null
    this.#take(address, await showLetter(address))
  }

  async replay(address: Address, order: ReplayOrder): Promise<void> {
    await this.#act(address, () => replayLetter(address, order))
    if (this.openFailure.value !== null) return
    if (order.value !== undefined) this.draft(address, null)
    this.#take(address, await showLetter(address, outcomeMs))
  }

  async discard(address: Address): Promise<void> {
    await this.#act(address, () => discardLetter(address))
  }

  /** Null: nobody edits a copy of it any more. */
  draft(address: Address, draft: Draft | null): void {
    const drafts = new Map(this.drafts.value)
    if (draft === null) drafts.delete(pathOf(address))
    else drafts.set(pathOf(address), draft)
    this.drafts.value = drafts
  }

  draftOf(address: Address): Draft | undefined {
    return this.drafts.value.get(pathOf(address))
  }

  async #act(address: Address, act: () => Promise<Answer<LetterDetail>>): Promise<void> {
    if (this.isBusy.value) return
    this.isBusy.value = true
    this.openFailure.value = null
    this.#take(address, await act())
    this.isBusy.value = false
  }

  #take(address: Address, answer: Answer<LetterDetail>): void {
    if ('failure' in answer) this.openFailure.value = answer.failure
    else if (pathOf(answer.value.at) === pathOf(address)) this.open.value = answer.value
  }
}
