import { signal } from '@preact/signals'
import type { Signal } from '@preact/signals'
import type { StoreAnswer } from '../../../contracts/topology.ts'
import { get } from '../app/ask.ts'
import type { StoreQuestion } from './store-words.ts'

/** The store that somebody asks, and what it answered. The address of the page has the question. */
export class AskedStore {
  /** Null: none is chosen. */
  readonly name: Signal<string | null>
  readonly question: Signal<StoreQuestion>
  readonly answer: Signal<StoreAnswer | null> = signal(null)
  /** The question that the answer is to. */
  readonly answered: Signal<StoreQuestion> = signal({ key: '', to: '' })
  readonly failure: Signal<string | null> = signal(null)
  #asked = 0

  constructor(query: string) {
    const parameters = new URLSearchParams(query)
    this.name = signal(parameters.get('store'))
    this.question = signal({ key: parameters.get('key') ?? '', to: parameters.get('to') ?? '' })
  }

  choose(store: string | null): void {
    if (store === this.name.value) return
    this.name.value = store
    this.question.value = { key: '', to: '' }
    this.#forget()
  }

  async ask(app: string): Promise<void> {
    const [asked, store, question] = [++this.#asked, this.name.value, this.question.value]
    if (store === null) return
    const answer = await get<StoreAnswer>(pathOf(app, store, question))
    // An answer that a later question has overtaken says nothing any more.
    if (asked !== this.#asked) return
    this.failure.value = 'failure' in answer ? answer.failure : null
    this.answer.value = 'value' in answer ? answer.value : null
    this.answered.value = question
  }

  /** The address of the page with the question in it. */
  inAddress(url: string): string {
    const [path, query = ''] = url.split('?')
    const parameters = new URLSearchParams(query)
    const said = { store: this.name.value ?? '', ...this.question.value }
    for (const [name, text] of Object.entries(said)) if (text !== '') parameters.set(name, text)
    return parameters.size === 0 ? path! : `${path}?${parameters.toString()}`
  }

  #forget(): void {
    this.#asked++
    this.answer.value = null
    this.failure.value = null
  }
}

function pathOf(app: string, store: string, question: StoreQuestion): string {
  const said = Object.entries(question).filter(([, text]) => text !== '')
  const query = new URLSearchParams(said as [string, string][]).toString()
  return `/api/topologies/${encodeURIComponent(app)}/stores/${encodeURIComponent(store)}${query === '' ? '' : `?${query}`}`
}
