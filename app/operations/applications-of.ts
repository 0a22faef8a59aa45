import type { WatchedApplication } from '../contracts/operations.ts'
import type { TasksNow } from '../contracts/topology.ts'
import { applicationOf } from '../services/bff/application-upstreams.ts'
import { tasksOf } from '../services/bff/of-all-instances.ts'

/** Applications by what each of their instances says of its tasks; null: it does not answer. */
export function applicationsOf(
  tasks: ReadonlyMap<string, TasksNow | null>,
  lagsOf: (instances: readonly string[]) => Readonly<Record<string, number>>,
): readonly WatchedApplication[] {
  const byName = Map.groupBy(tasks, ([instance]) => applicationOf(instance))
  return [...byName]
    .map(([name, instances]): WatchedApplication => {
      const answers = instances.flatMap(([, answer]) => (answer === null ? [] : [answer]))
      const lags = lagsOf(instances.map(([instance]) => instance))
      if (answers.length === 0) return { name, instances: 0, state: 'down', tasks: { running: 0, all: 0 }, lags, restores: {} }
      const { state, tasks: all, restores = {} } = tasksOf(answers)
      const running = all.filter((task) => task.state === 'running').length
      return { name, instances: answers.length, state, tasks: { running, all: all.length }, lags, restores }
    })
    .toSorted((left, right) => (left.name < right.name ? -1 : 1))
}
