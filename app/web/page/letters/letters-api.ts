import type { Problem } from '../../../contracts/bff.ts'
import type { LetterDetail, LetterPage, ReplayOrder } from '../../../contracts/dead-letters.ts'
import type { Answer } from '../app/ask.ts'
import type { Address, LetterFilter } from '../view/view.ts'

const pageSize = 50

export function listLetters({ state, class: wanted, text }: LetterFilter, page: number): Promise<Answer<LetterPage>> {
  const parameters = new URLSearchParams({ size: String(pageSize), page: String(page) })
  if (state !== '') parameters.set('state', state)
  if (wanted !== '') parameters.set('class', wanted)
  if (text !== '') parameters.set('text', text)
  return ask('GET', `?${parameters.toString()}`)
}

/** Waits on the server for what comes of a replay, if it waits for one. */
export function showLetter(address: Address, awaitMs = 0): Promise<Answer<LetterDetail>> {
  return ask('GET', `/${pathOf(address)}?awaitMs=${awaitMs}`)
}

export function replayLetter(address: Address, order: ReplayOrder): Promise<Answer<LetterDetail>> {
  return ask('POST', `/${pathOf(address)}/replay`, order)
}

export function discardLetter(address: Address): Promise<Answer<LetterDetail>> {
  return ask('POST', `/${pathOf(address)}/discard`, {})
}

export function pathOf({ topic, p, o }: Address): string {
  return `${encodeURIComponent(topic)}/${p}/${o}`
}

async function ask<T>(method: 'GET' | 'POST', path: string, body?: object): Promise<Answer<T>> {
  const content = body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
  const response = await fetch(`/api/dlq/letters${path}`, { method, ...content }).catch(() => null)
  if (response === null) return { failure: 'The server does not answer.' }
  if (response.ok) return { value: (await response.json()) as T }
  const problem = (await response.json().catch(() => null)) as Problem | null
  return { failure: problem?.detail ?? `The dead letters API does not answer (${response.status}).` }
}
