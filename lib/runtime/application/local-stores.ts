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

/** The parts of a store that this process has now. Throws `STREAMS_STORE_NOT_AVAILABLE` if it has none. */
export function localStores(store: string, { global, running, state }: StoreOwners): readonly StorePart[] {
  const whole = global?.store(store)
  if (whole !== undefined) return [{ name: 'global', store: whole }]
  const parts = running.flatMap(({ id, task }) => {
    const part = task.store(store)
    return part === undefined ? [] : [{ name: taskIdString(id), store: part }]
  })
  if (parts.length === 0) throw notAvailable(store, state)
  return parts
}

function notAvailable(store: string, state: StreamsState): InvalidStateStoreError {
  const message = `No partition of the store ${store} can be read here now: the application is ${state}. Try again, or ask another instance.`
  return new InvalidStateStoreError('STREAMS_STORE_NOT_AVAILABLE', message, { facts: { store, state } })
}
