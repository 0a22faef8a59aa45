import { signal } from '@preact/signals'
import type { Signal } from '@preact/signals'
import type { FlowNow, TasksNow, TopologyDocument } from '../../../contracts/topology.ts'
import { get } from '../app/ask.ts'
import { ratesOf } from './flow-rates.ts'

/** What the page knows of the stream applications. */
export class GraphState {
  readonly names: Signal<readonly string[]> = signal([])
  readonly topology: Signal<TopologyDocument | null> = signal(null)
  readonly flow: Signal<FlowNow | null> = signal(null)
  readonly rates: Signal<ReadonlyMap<string, number>> = signal(new Map())
  readonly tasks: Signal<TasksNow | null> = signal(null)
  readonly failure: Signal<string | null> = signal(null)

  /** Null: the first that runs. */
  async load(app: string | null): Promise<void> {
    const names = await get<{ readonly content: readonly string[] }>('/api/topologies')
    if ('failure' in names) return this.#fail(names.failure)
    this.names.value = names.value.content
    const name = app ?? names.value.content[0]
    if (name === undefined) return this.#fail('No stream application runs yet.')
    const topology = await get<TopologyDocument>(`/api/topologies/${encodeURIComponent(name)}/topology.json`)
    if ('failure' in topology) return this.#fail(topology.failure)
    const isOther = this.topology.value?.applicationId !== topology.value.applicationId
    if (isOther) [this.flow.value, this.rates.value, this.tasks.value] = [null, new Map(), null]
    if (isOther || this.topology.value?.hash !== topology.value.hash) this.topology.value = topology.value
    this.failure.value = null
  }

  /** What moves. What does not answer keeps its last numbers, and says so. */
  async look(): Promise<void> {
    const name = this.topology.value?.applicationId
    if (name === undefined) return this.load(null)
    const path = `/api/topologies/${encodeURIComponent(name)}`
    const [tasks, flow] = await Promise.all([get<TasksNow>(`${path}/tasks`), get<FlowNow>(`${path}/flow`)])
    if (name !== this.topology.value?.applicationId) return
    if ('failure' in tasks) return this.#fail(tasks.failure)
    this.tasks.value = tasks.value
    if ('failure' in flow) return this.#fail(flow.failure)
    this.rates.value = ratesOf(this.flow.value, flow.value)
    this.flow.value = flow.value
    this.failure.value = null
  }

  #fail(reason: string): void {
    this.failure.value = reason
  }
}
