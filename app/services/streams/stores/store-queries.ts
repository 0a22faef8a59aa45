import { InvalidStateStoreError } from 'millrace'
import type { KafkaStreams, Topology } from 'millrace'
import type { StoreAnswer, StoreRow } from '../../../contracts/topology.ts'
import { Problem } from '../../../platform/http/problem.ts'
import { keyText, parseKey, valueText } from './key-text.ts'
import { askable } from './store-rows.ts'
import type { FoundRow, Place, Question } from './store-rows.ts'

export interface StoreQueriesOptions {
  readonly applicationId: string
  readonly topology: Topology
  readonly streams: KafkaStreams
  /** Who answers, for people. */
  readonly instance: string
}

/** What somebody asks of a store, as they typed it. */
export interface StoreQuestion {
  readonly key?: string | undefined
  readonly to?: string | undefined
  readonly fromMs: number
  readonly untilMs: number
  readonly size: number
}

interface KnownStore {
  readonly part: number
  readonly isGlobal: boolean
  readonly kind: string
  readonly keys: string
  readonly windowSizeMs: number | undefined
}

/** What is known of an answer so far. */
interface Found {
  readonly rows: StoreRow[]
  readonly asked: Partition[]
  readonly away: Mutable<StoreAnswer['away']>
  readonly unreadable: Mutable<StoreAnswer['unreadable']>
}

type Partition = StoreAnswer['asked'][number]
type Mutable<T extends readonly unknown[]> = T[number][]

/** Where rows are looked for, and what there says who has them. */
interface Task extends Place {
  readonly taskId: string | null
}

/**
 * Rows of the stores of an application, for people. Each partition is asked by itself, so that a row says where it is: by which topic and
 * partitioner it came to its task nobody has to know.
 */
export class StoreQueries {
  readonly #options: StoreQueriesOptions
  readonly #stores: ReadonlyMap<string, KnownStore>

  constructor(options: StoreQueriesOptions) {
    const planned = options.topology.plan(options.applicationId).subtopologies
    this.#options = options
    this.#stores = new Map(
      planned.flatMap(({ id, kind: partKind, stores }) =>
        stores.map(({ spec }) => {
          const { windowSizeMs } = spec as { readonly windowSizeMs?: number }
          const keys = spec.key?.name ?? 'default'
          return [spec.name, { part: id, isGlobal: partKind === 'global', kind: spec.kind, keys, windowSizeMs }] as const
        }),
      ),
    )
  }

  /** Throws a problem of status 404 or 400, which says why there is no answer. */
  async ask(store: string, { key, to, fromMs, untilMs, size }: StoreQuestion): Promise<StoreAnswer> {
    const known = this.#known(store)
    const read = (text: string | undefined): unknown => (text === undefined ? undefined : parseKey(text, known.keys))
    const question = { key: read(key), to: read(to), fromMs, untilMs }
    const { running, away } = this.#tasks(store, known)
    const found: Found = { rows: [], asked: [], away, unreadable: [] }
    for (const task of running) if (found.rows.length <= size) await this.#read(task, known, question, found, size)
    const { rows, ...rest } = found
    return { store, kind: known.kind, keys: known.keys, ...rest, rows: rows.slice(0, size), isMore: rows.length > size }
  }

  #known(store: string): KnownStore {
    const known = this.#stores.get(store)
    if (known === undefined) throw new Problem(404, `The topology has no store ${store}.`)
    if (!askable.has(known.kind)) throw new Problem(400, `The store ${store} is a ${known.kind}: its operator alone reads it.`)
    return known
  }

  #tasks(store: string, { part, isGlobal, windowSizeMs }: KnownStore): { running: Task[]; away: Found['away'] } {
    const { streams } = this.#options
    const common = { streams, store, windowSizeMs }
    if (isGlobal) return { running: [{ ...common, partition: undefined, taskId: null }], away: [] }
    const tasks = streams.localTasks().flatMap(({ taskId, state }) => {
      const [subtopology, partition] = taskId.split('_').map(Number)
      return subtopology === part ? [{ taskId, state, partition: partition! }] : []
    })
    return {
      running: tasks
        .filter(({ state }) => state === 'running')
        .map(({ taskId, partition }) => ({ ...common, taskId, partition })),
      away: tasks.filter(({ state }) => state !== 'running').map(({ partition, state }) => ({ partition, state })),
    }
  }

  /** Adds the rows of one partition, one beyond `size` at most. */
  async #read(task: Task, { kind }: KnownStore, question: Question, found: Found, size: number): Promise<void> {
    const partition = task.partition ?? null
    try {
      for await (const row of askable.get(kind)!(task, question)) if (found.rows.push(this.#row(row, task)) > size) break
      found.asked.push(partition)
    } catch (error) {
      // Its task has gone to another instance meanwhile.
      if (error instanceof InvalidStateStoreError) found.away.push({ partition, state: 'moving' })
      else if (error instanceof Problem) throw error
      else found.unreadable.push({ partition, reason: error instanceof Error ? error.message : String(error) })
    }
  }

  #row({ key, value, startMs, endMs }: FoundRow, { taskId, partition }: Task): StoreRow {
    const { instance } = this.#options
    return { key: keyText(key), value: valueText(value), startMs, endMs, partition: partition ?? null, task: taskId, instance }
  }
}
