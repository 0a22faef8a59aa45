import { setTimeout as delay } from 'node:timers/promises'
import { request } from 'undici'
import type { Owner, System } from '../../contracts/feed.ts'
import type { FromChild } from './messages.ts'

const everyMs = 250

interface Tasks {
  /** The process. Absent: this one. */
  readonly instance?: string
  readonly guarantee: System['guarantee']
  readonly tasks: readonly { readonly taskId: string }[]
  readonly restore: { readonly done: number; readonly total: number } | null
}

/** Where everything is now, by name. */
export interface WatchedAddresses {
  services(): ReadonlyMap<string, string>
  applications(): ReadonlyMap<string, string>
}

/**
 * Asks the applications which tasks they have and how far restores are, and tells what has changed: that, and where services and
 * applications are.
 */
export class TaskWatch implements AsyncDisposable {
  readonly #addresses: WatchedAddresses
  readonly #say: (message: FromChild) => void
  readonly #stopping = new AbortController()
  readonly #running: Promise<void>
  #said = new Map<string, string>()

  constructor(addresses: WatchedAddresses, say: (message: FromChild) => void) {
    this.#addresses = addresses
    this.#say = say
    this.#running = this.#run()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort()
    await this.#running
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping
    while (!signal.aborted) {
      await this.#ask()
      await delay(everyMs, undefined, { signal }).catch(() => {})
    }
  }

  async #ask(): Promise<void> {
    const [services, applications] = [[...this.#addresses.services()], [...this.#addresses.applications()]]
    this.#tell({ type: 'addresses', services, applications })
    const answers = await Promise.all(applications.map(async ([name, url]) => [name, await tasksAt(url)] as const))
    const owners = answers.flatMap(([application, tasks]) =>
      (tasks?.tasks ?? []).map(({ taskId: task }): Owner => ({
        application,
        task,
        instance: tasks?.instance ?? `process ${process.pid}`,
      })),
    )
    const restores = answers.flatMap(([, tasks]) => (tasks?.restore ? [tasks.restore] : []))
    const sum = (field: 'done' | 'total'): number => restores.reduce((total, restore) => total + restore[field], 0)
    const guarantees = answers.flatMap(([, tasks]) => (tasks === null ? [] : [tasks.guarantee]))
    if (guarantees.length > 0) this.#tell({ type: 'guarantee', guarantee: weakest(guarantees) })
    this.#tell({ type: 'owners', owners })
    this.#tell({ type: 'restore', restore: restores.length === 0 ? null : { done: sum('done'), total: sum('total') } })
  }

  #tell(message: FromChild): void {
    const text = JSON.stringify(message)
    if (this.#said.get(message.type) === text) return
    this.#said.set(message.type, text)
    this.#say(message)
  }
}

/** What holds for a record on its way through all of them. */
function weakest(guarantees: readonly System['guarantee'][]): System['guarantee'] {
  return guarantees.includes('at_least_once') ? 'at_least_once' : 'exactly_once_v2'
}

async function tasksAt(url: string): Promise<Tasks | null> {
  try {
    const { body } = await request(`${url}/tasks`)
    return (await body.json()) as Tasks
  } catch {
    return null
  }
}
