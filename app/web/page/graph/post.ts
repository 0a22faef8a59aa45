import type { Answer } from '../app/ask.ts'
import type { Problem } from '../../../contracts/bff.ts'

/** Asks for something to be done; what the server refuses it says why. */
export async function post(path: string): Promise<Answer<null>> {
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(path, { method: 'POST', headers, body: '{}' }).catch(() => null)
  if (response === null) return { failure: 'The server does not answer. Try again.' }
  if (response.ok) return { value: null }
  const problem = (await response.json().catch(() => null)) as Problem | null
  return { failure: problem?.detail ?? `The server answers ${response.status}.` }
}
