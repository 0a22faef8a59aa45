import { InvalidStateStoreError } from '../../model/errors.ts'
import { taskIdString } from '../../model/task-id.ts'
import type { StateStore } from '../../state/state-store.ts'
import type { StreamsState } from '../streams-config.ts'
import type { ManagedTask } from '../task/managed-task.ts'
import type { GlobalStores } from '../task/stream-task.ts'

export interface StoreOwners {
  readonly state: StreamsState
  readonly global: GlobalStores | undefined
  /** The running tasks, in order of their ids. */
  readonly running: readonly ManagedTask[]
}

interface StorePart {
  /** A task id, or `global`. */
  readonly name: string
  readonly store: StateStore
}

/**
 * The parts of a store that this process has now, or the one of a partition. Throws `STREAMS_STORE_NOT_AVAILABLE` if it has none. A global
 * store has no partitions, and is there as a whole.
 */
export function localStores(
  store: string,
  { global, running, state }: StoreOwners,
  partition: number | undefined,
): readonly StorePart[] {
  const whole = global?.store(store)
  if (whole !== undefined) return [{ name: 'global', store: whole }]
  const parts = running.flatMap(({ id, task }) => {
    const part = partition === undefined || partition === id.partition ? task.store(store) : undefined
    return part === undefined ? [] : [{ name: taskIdString(id), store: part }]
  })
  if (parts.length === 0) throw notAvailable(store, state, partition)
  return parts
}

function notAvailable(store: string, state: StreamsState, partition: number | undefined): InvalidStateStoreError {
  const what = partition === undefined ? `No partition` : `Partition ${partition}`
  const cannot = partition === undefined ? 'can' : 'cannot'
  const message = `${what} of the store ${store} ${cannot} be read here now: the application is ${state}. Try again, or ask another instance.`
  return new InvalidStateStoreError('STREAMS_STORE_NOT_AVAILABLE', message, { facts: { store, partition, state } })
}
