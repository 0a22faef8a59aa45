import type { Answer, Write } from './outbox.ts'

const patienceMs = 10_000

/** One try of a write. Rejects when no answer came within 10 s. */
export async function send({ key, method, path, body, headers }: Write): Promise<Answer> {
  const response = await fetch(path, {
    method,
    headers: { 'content-type': 'application/json', 'idempotency-key': key, ...headers },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(patienceMs),
  })
  return { status: response.status, body: await bodyOf(response), headers: Object.fromEntries(response.headers) }
}

async function bodyOf(response: Response): Promise<unknown> {
  const text = await response.text()
  try {
    return text === '' ? null : (JSON.parse(text) as unknown)
  } catch {
    return text
  }
}
