import type { TasksNow } from '../../../contracts/topology.ts'

/** Who has which tasks, a line for each process: `process 42: 0_0, 0_1 restoring`. */
export function ownerLines({ tasks }: TasksNow): readonly string[] {
  const byOwner = Map.groupBy(tasks, ({ instance = 'one process' }) => instance)
  return [...byOwner].map(([instance, own]) => {
    const said = own.map(({ taskId, state }) => (state === 'running' ? taskId : `${taskId} ${state}`))
    return `${instance}: ${said.toSorted().join(', ')}`
  })
}
