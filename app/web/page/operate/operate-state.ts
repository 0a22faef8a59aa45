import { signal } from '@preact/signals'
import type { Signal } from '@preact/signals'
import type { OperationsCharts, OperationsNow } from '../../../contracts/operations.ts'
import { get } from '../app/ask.ts'

/** What the page knows of all that runs. What does not answer keeps its last word. */
export class OperateState {
  readonly now: Signal<OperationsNow | null> = signal(null)
  readonly charts: Signal<OperationsCharts | null> = signal(null)
  readonly failure: Signal<string | null> = signal(null)

  async look(): Promise<void> {
    this.#take(this.now, await get<OperationsNow>('/api/operations'))
  }

  async lookBack(range: string): Promise<void> {
    this.#take(this.charts, await get<OperationsCharts>(`/api/operations/charts?range=${range}`))
  }

  #take<T>(to: Signal<T | null>, answer: { readonly value: T } | { readonly failure: string }): void {
    this.failure.value = 'failure' in answer ? answer.failure : null
    if ('value' in answer) to.value = answer.value
  }
}
