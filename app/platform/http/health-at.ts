import { errors, request } from 'undici'
import type { Problem } from '../../contracts/bff.ts'
import type { HealthNow } from '../../contracts/operations.ts'

/** How the service at this address is, as its /health/ready says. Never rejects. */
export async function healthAt(url: string, timeoutMs: number): Promise<HealthNow> {
  try {
    const { statusCode, body } = await request(`${url}/health/ready`, { headersTimeout: timeoutMs, bodyTimeout: timeoutMs })
    const answer = (await body.json()) as Partial<Problem>
    if (statusCode === 200) return { state: 'up', reason: null }
    return { state: 'unready', reason: answer.detail ?? `It answers ${statusCode}.` }
  } catch (error) {
    const isSlow = error instanceof errors.HeadersTimeoutError || error instanceof errors.BodyTimeoutError
    return { state: 'down', reason: isSlow ? `It has not answered within ${timeoutMs / 1000} s.` : 'It does not answer.' }
  }
}
