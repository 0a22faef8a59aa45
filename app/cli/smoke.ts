/**
 * Whether a pipeline that runs does its work, asked at its BFF: `npm run smoke -- --url URL --token-file FILE`. Two users, a transfer between
 * them, and the read side has both names before the time is over.
 */
import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'

export interface SmokeOptions {
  /** Address of the BFF. */
  readonly url: string
  /** Its bearer token; undefined: it asks for none. */
  readonly token?: string | undefined
  readonly timeoutMs: number
}

/** Resolves with what the read side has of the transfer. Rejects with what did not hold. */
export async function smoke({ url, token, timeoutMs }: SmokeOptions): Promise<object> {
  const headers = { 'content-type': 'application/json', ...(token !== undefined && { authorization: `Bearer ${token}` }) }
  const signal = AbortSignal.timeout(timeoutMs)
  const make = async (path: string, body: object): Promise<{ readonly id: string | number }> => {
    const answer = await fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body), signal })
    if (answer.status !== 201) throw new Error(`POST ${path} is answered ${answer.status}: ${await answer.text()}`)
    return (await answer.json()) as { readonly id: string | number }
  }
  const [from, to] = [await make('/api/users', { name: 'Amara' }), await make('/api/users', { name: 'Bruno' })]
  const { id } = await make('/api/transfers', { fromUserId: Number(from.id), toUserId: Number(to.id), amount: '10.00' })
  for (;;) {
    const answer = await fetch(`${url}/api/transfers/${id}`, { headers, signal })
    const read = (answer.ok ? await answer.json() : {}) as { readonly fromUserName?: string; readonly toUserName?: string }
    if (read.fromUserName === 'Amara' && read.toUserName === 'Bruno') return read
    await delay(200, undefined, { signal })
  }
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      url: { type: 'string', default: 'http://127.0.0.1:8080' },
      'token-file': { type: 'string' },
      'timeout-ms': { type: 'string', default: '120000' },
    },
  })
  const token = values['token-file'] === undefined ? undefined : readFileSync(values['token-file'], 'utf8').trim()
  const read = await smoke({ url: values.url, token, timeoutMs: Number(values['timeout-ms']) })
  process.stdout.write(`${JSON.stringify(read)}\n`)
}
