import type { Problem } from '../../../contracts/bff.ts'

/** What the server said, or why there is nothing. */
export type Answer<T> = { readonly value: T } | { readonly failure: string }

export async function get<T>(path: string): Promise<Answer<T>> {
  const response = await fetch(path).catch(() => null)
  if (response === null) return { failure: 'The server does not answer.' }
  if (response.ok) return { value: (await response.json()) as T }
  const problem = (await response.json().catch(() => null)) as Problem | null
  return { failure: problem?.detail ?? `The server answers ${response.status}.` }
}
