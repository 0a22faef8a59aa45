import { request } from 'undici'
import type { TasksNow } from '../contracts/topology.ts'
import { publishedIn, readExposition } from './promql/read-exposition.ts'
import type { Sample } from './promql/sample-store.ts'

/** What an application says of its tasks; null: it does not answer, or with something else. */
export async function tasksAt(url: string, timeoutMs: number): Promise<TasksNow | null> {
  const text = await textAt(`${url}/tasks`, timeoutMs)
  try {
    const answer = JSON.parse(text ?? 'null') as TasksNow | null
    return Array.isArray(answer?.tasks) ? answer : null
  } catch {
    return null
  }
}

export interface Scrape {
  readonly samples: readonly Sample[]
  /** Names of all metrics in it, also of those without a series. */
  readonly published: readonly string[]
}

/** What a process publishes of these metrics; null: it does not answer. */
export async function metricsAt(url: string, names: readonly string[], timeoutMs: number): Promise<Scrape | null> {
  const query = new URLSearchParams(names.map((name): [string, string] => ['name[]', name]))
  const text = await textAt(`${url}/metrics?${query.toString()}`, timeoutMs)
  return text === null ? null : { samples: readExposition(text), published: publishedIn(text) }
}

async function textAt(url: string, timeoutMs: number): Promise<string | null> {
  try {
    const { statusCode, body } = await request(url, { headersTimeout: timeoutMs, bodyTimeout: timeoutMs })
    const text = await body.text()
    return statusCode === 200 ? text : null
  } catch {
    return null
  }
}
