import { setTimeout as delay } from 'node:timers/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Poison } from '../contracts/bff.ts'
import type { State, System } from '../contracts/feed.ts'

/** A pipeline that runs, and where its data is. */
interface Target {
  readonly url: string
  readonly dir: string
}

/** What may go wrong: how it is brought about, and what whoever looks for it should find. */
export interface Fault {
  readonly name: string
  /** The cause, as a sentence. */
  readonly cause: string
  /** Brings it about, keeps it until aborted, and takes away what it holds. */
  readonly inject: (target: Target, signal: AbortSignal) => Promise<void>
}

const poisoned = (name: string, kind: Poison['kind'], cause: string): Fault => ({
  name,
  cause,
  inject: (target, signal) => regularly(() => ask(target, 'POST', '/api/poison', { kind }), 10_000, signal),
})

/** Each shows itself on another page, or in another way. */
export const faults: readonly Fault[] = [
  poisoned(
    'sql-poison',
    'sql',
    'Somebody writes rows past the write API, whose amount is no decimal: change capture refuses them.',
  ),
  poisoned(
    'unknown-schema',
    'schema',
    'Somebody writes Avro to the topic of the ingestion, with the id of a schema that the registry does not know.',
  ),
  poisoned(
    'foreign-document',
    'document',
    'Somebody writes text to the enriched topic, where Avro should be: the sink refuses it.',
  ),
  {
    name: 'store-locked',
    cause: 'Another process holds the lock of the document store: the sink waits for it, and nothing else does.',
    inject: ({ dir }, signal) => locked(join(dir, 'documents.db'), signal),
  },
  {
    name: 'database-locked',
    cause: 'Another process holds the lock of the database of transfers: nobody can write a transfer.',
    inject: ({ dir }, signal) => locked(join(dir, 'transfers.db'), signal),
  },
  {
    name: 'crash-loop',
    cause: 'The process with broker and applications is killed with -9 again and again.',
    inject: (target, signal) => regularly(() => ask(target, 'POST', '/api/kill', {}), 20_000, signal),
  },
  {
    name: 'hung-process',
    cause: 'The process with broker and applications is stopped (SIGSTOP): it has not ended, and does nothing.',
    inject: async (target, signal) => stopped((await systemOf(target)).childPid, signal),
  },
  {
    name: 'hung-enricher',
    cause:
      'One of two instances of the enricher is stopped (SIGSTOP) again and again: its tasks stand still until its session is over.',
    inject: hungEnricher,
  },
  {
    name: 'lost-state',
    cause: 'The local state of the enricher is deleted again and again: it restores from its changelogs each time.',
    inject: (target, signal) => regularly(() => ask(target, 'POST', '/api/wipe', {}), 15_000, signal),
  },
  {
    name: 'rename-storm',
    cause: 'One user is renamed twenty times a second: each rename emits all his transfers again.',
    inject: renameStorm,
  },
]

async function hungEnricher(target: Target, signal: AbortSignal): Promise<void> {
  const { pid } = (await ask(target, 'POST', '/api/enrichers', {})) as { readonly pid: number }
  while (!signal.aborted) {
    await pause(20_000, signal)
    await stopped(pid, AbortSignal.any([signal, AbortSignal.timeout(20_000)]))
  }
}

async function renameStorm(target: Target, signal: AbortSignal): Promise<void> {
  const { users } = await stateOf(target)
  const id = users.at(-1)?.value?.id ?? 1
  let count = 0
  await regularly(() => ask(target, 'PATCH', `/api/users/${id}`, { name: `Renamed ${count++}` }), 50, signal)
}

/** The lock of a database, as long as nobody aborts. */
async function locked(path: string, signal: AbortSignal): Promise<void> {
  using database = new DatabaseSync(path, { timeout: 10_000 })
  database.exec('begin immediate')
  await pause(2 ** 31 - 1, signal)
  database.exec('rollback')
}

/** A process that is stopped goes on when it is over. */
async function stopped(pid: number | null, signal: AbortSignal): Promise<void> {
  if (pid === null) throw new Error('There is no process to stop just now. Try again when the pipeline runs.')
  process.kill(pid, 'SIGSTOP')
  await pause(2 ** 31 - 1, signal)
  try {
    process.kill(pid, 'SIGCONT')
  } catch {
    // Whoever found it has killed it.
  }
}

/** What fails is tried again: a pipeline that is down comes back. */
async function regularly(act: () => Promise<unknown>, everyMs: number, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await act().catch(() => {})
    await pause(everyMs, signal)
  }
}

const pause = (ms: number, signal: AbortSignal): Promise<void> => delay(ms, undefined, { signal }).catch(() => {})

async function ask({ url }: Target, method: string, path: string, body: object): Promise<unknown> {
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(url + path, { method, headers, body: JSON.stringify(body) })
  if (!answer.ok) throw new Error(`${method} ${path} is answered by ${answer.status}: ${await answer.text()}`)
  return answer.json()
}

async function stateOf({ url }: Target): Promise<State> {
  return (await (await fetch(`${url}/api/state`)).json()) as State
}

async function systemOf(target: Target): Promise<System> {
  return (await stateOf(target)).system
}
