import type { RawRecord } from 'millrace'
import { letterOf as letterKey, statesTopic } from '../../examples/transfer-pipeline/errors/letter-state.ts'
import type { Decision, Outcome } from '../../examples/transfer-pipeline/errors/letter-state.ts'
import { placeText } from '../../examples/transfer-pipeline/errors/letter-headers.ts'
import type { Letter, LetterAddress, LetterPage, LetterQuery } from '../contracts/dead-letters.ts'
import { factsOf, letterOf } from './letter.ts'
import type { LetterFacts, LetterFate } from './letter.ts'
import { addressText } from './ports.ts'

const lettersMax = 20_000
const isLeft: ReadonlySet<Letter['state']> = new Set(['open', 'replayed'])

/** All letters that are known, without their bytes, and what became of each. The oldest are forgotten: they stay in their topics. */
export class LetterBook {
  readonly #facts = new Map<string, LetterFacts>()
  readonly #fates = new Map<string, LetterFate>()
  readonly #waiting = new Set<() => void>()

  add(record: RawRecord): void {
    if (record.topic === statesTopic.name) this.#addState(record)
    else this.#facts.set(placeText(record), factsOf(record))
    if (this.#facts.size > lettersMax) this.#facts.delete(this.#facts.keys().next().value!)
  }

  get(address: LetterAddress): Letter | undefined {
    const id = addressText(address)
    const facts = this.#facts.get(id)
    return facts === undefined ? undefined : letterOf(facts, this.#fates.get(id) ?? {})
  }

  list({ page = 0, size = 50, ...query }: LetterQuery): LetterPage {
    const all = [...this.#facts].map(([id, facts]) => letterOf(facts, this.#fates.get(id) ?? {})).reverse()
    const found = all.filter((letter) => matches(letter, query))
    const [totalElements, totalPages] = [found.length, Math.ceil(found.length / size)]
    const open = all.filter(({ state }) => isLeft.has(state)).length
    const content = found.slice(page * size, (page + 1) * size)
    return { content, page: { number: page, size, totalElements, totalPages }, counts: { open, all: all.length } }
  }

  /** Resolves when it is known what came of the replay, or after `ms`. */
  async outcome(address: LetterAddress, ms: number): Promise<void> {
    const endMs = performance.now() + ms
    while (this.get(address)?.state === 'replayed' && performance.now() < endMs) await this.#change(endMs - performance.now())
  }

  /** A decision is known before its record comes back from the topic. */
  note(address: LetterAddress, decision: Decision): void {
    this.#setFate(addressText(address), { decision })
  }

  #addState({ key, value, headers }: RawRecord): void {
    if (key === null || value === null) return
    const name = Buffer.from(key).toString()
    const state = statesTopic.value.deserialize(value, { topic: statesTopic.name, component: 'value', headers })
    this.#setFate(letterKey(name), 'decision' in state ? { decision: state } : { outcome: state satisfies Outcome })
  }

  #setFate(letter: string, fate: LetterFate): void {
    this.#fates.set(letter, { ...this.#fates.get(letter), ...fate })
    for (const wake of this.#waiting) wake()
  }

  #change(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer)
        this.#waiting.delete(done)
        resolve()
      }
      const timer = setTimeout(done, ms)
      this.#waiting.add(done)
    })
  }
}

function matches(letter: Letter, { topic, class: wanted, state, text = '' }: LetterQuery): boolean {
  const hasState = state === 'any' || (state === undefined ? isLeft.has(letter.state) : letter.state === state)
  const said = `${letter.key ?? ''}\n${letter.reason}\n${letter.error}`.toLowerCase()
  return (
    hasState &&
    (topic === undefined || letter.at.topic === topic) &&
    (wanted === undefined || letter.class === wanted) &&
    said.includes(text.toLowerCase())
  )
}
