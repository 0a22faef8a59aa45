import { setTimeout as sleep } from 'node:timers/promises'
import type { Chance, TopicProducer } from '../../lib/index.ts'
import { aggregates, amountOf, groupOf, windowMs } from './operators-topology.ts'
import type { operatorTopics } from './operators-topology.ts'

type Topics = ReturnType<typeof operatorTopics>
type Output = 'echo' | 'sums' | 'minima' | 'maxima' | 'counts' | 'windows' | 'pairs' | 'named'

/** What a topic says of each key, in its order. Null: a deletion. */
export type Said = ReadonlyMap<string, readonly (string | null)[]>

export const outputs: readonly Output[] = ['echo', 'sums', 'minima', 'maxima', 'counts', 'windows', 'pairs', 'named']

const eventsPerRound = 5
const roundMs = 100

/** Writes the input, and knows what has to come of it. */
export class OperatorsInput {
  readonly #chance: Chance
  readonly #topics: Topics
  readonly #expected = Object.fromEntries(outputs.map((output) => [output, new Map()])) as Record<
    Exclude<Output, 'named'>,
    Map<string, string[]>
  >
  readonly #names = new Map<string, string>()
  readonly #rows = new Map<string, string | null>()
  #events = 0

  constructor(topics: Topics, chance: Chance) {
    this.#topics = topics
    this.#chance = chance
  }

  get events(): number {
    return this.#events
  }

  /** Writes round after round, until it is over. */
  async feed(producer: TopicProducer, isOver: () => boolean): Promise<void> {
    for (let round = 0; !isOver(); round++) {
      await this.#sendEvents(producer)
      await this.#sendPair(producer, round)
      await this.#sendRows(producer, round)
      await sleep(roundMs)
    }
  }

  /** What is wrong with an output, in words. */
  differences(output: Output, said: Said): readonly string[] {
    return output === 'named' ? this.#wrongRows(said) : this.#wrongSequences(output, said)
  }

  async #sendEvents(producer: TopicProducer): Promise<void> {
    const timestamp = Date.now()
    const events = Array.from({ length: eventsPerRound }, () => {
      const value = `${this.#events++}:${this.#pick(100_000)}`
      return { key: `k${this.#pick(50)}`, value, timestamp }
    })
    await producer.send(this.#topics.events, events)
    for (const { key, value } of events) this.#expect(key, value, timestamp)
  }

  #expect(key: string, event: string, timestamp: number): void {
    this.#say('echo', key, () => event)
    for (const { store, first, add } of aggregates)
      this.#say(store, key, (last) => String(add(last === undefined ? first : Number(last), amountOf(event))))
    const next = (last = '0'): string => String(Number(last) + 1)
    this.#say('counts', groupOf(event), next)
    this.#say('windows', `${key}@${timestamp - (timestamp % windowMs)}`, next)
  }

  #say(output: Exclude<Output, 'named'>, key: string, next: (last: string | undefined) => string): void {
    const said = this.#expected[output].get(key) ?? []
    this.#expected[output].set(key, said)
    said.push(next(said.at(-1)))
  }

  async #sendPair(producer: TopicProducer, round: number): Promise<void> {
    const key = `j${round}`
    await Promise.all([
      producer.send(this.#topics.lefts, [{ key, value: `l${round}` }]),
      producer.send(this.#topics.rights, [{ key, value: `r${round}` }]),
    ])
    this.#say('pairs', key, () => `l${round}+r${round}`)
  }

  async #sendRows(producer: TopicProducer, round: number): Promise<void> {
    const row = { key: `r${this.#pick(60)}`, value: this.#chance.float() < 0.3 ? null : `n${this.#pick(5)}:${round}` }
    await producer.send(this.#topics.rows, [row])
    this.#rows.set(row.key, row.value)
    if (round % 10 > 0) return
    const name = { key: `n${this.#pick(5)}`, value: `name${round}` }
    await producer.send(this.#topics.names, [name])
    this.#names.set(name.key, name.value)
  }

  #pick(count: number): number {
    return Math.floor(this.#chance.float() * count)
  }

  #wrongSequences(output: Exclude<Output, 'named'>, said: Said): readonly string[] {
    const expected = this.#expected[output]
    return [...new Set([...expected.keys(), ...said.keys()])].flatMap((key) => {
      const [right, actual] = [expected.get(key) ?? [], said.get(key) ?? []]
      const at = right.findIndex((value, index) => value !== actual[index])
      if (at < 0 && right.length === actual.length) return []
      const place = at < 0 ? right.length : at
      return [
        `${output} of ${key} has ${actual.length} of ${right.length}, and as number ${place} ${actual[place]} for ${right[place]}`,
      ]
    })
  }

  /** A row may be said again when another one changes, so only the last counts. */
  #wrongRows(said: Said): readonly string[] {
    return [...this.#rows].flatMap(([key, row]) => {
      const right = row === null ? null : `${row} ${this.#names.get(row.split(':')[0]!) ?? '?'}`
      const last = said.get(key)?.at(-1) ?? null
      return last === right ? [] : [`${key} is ${last} instead of ${right}`]
    })
  }
}
