import { InvalidStateStoreError } from '../../model/errors.ts'
import type { StateStore } from '../../state/state-store.ts'
import type { StoreSpec } from '../../state/store-spec.ts'
import type { TopologyPlan } from '../../topology/topology-plan.ts'
import type { GlobalThread } from '../restore/global-thread.ts'
import type { StreamsState } from '../streams-config.ts'
import type { ManagedTask } from '../task/managed-task.ts'

export interface StoreOwners {
  readonly plan: TopologyPlan
  readonly state: StreamsState
  readonly global: GlobalThread | null
  readonly running: readonly ManagedTask[]
}

/** The partitions of a store that are in this process now; never empty: an `InvalidStateStoreError` says why. */
export function localStores(name: string, kind: StoreSpec['kind'], owners: StoreOwners): readonly StateStore[] {
  const { plan, state, global, running } = owners
  const known = plan.subtopologies.flatMap(({ stores }) => stores).find(({ spec }) => spec.name === name)
  if (known === undefined || known.spec.kind !== kind) throw unknownStore(name, kind)
  const whole = global?.stores.store(name)
  const stores = whole === undefined ? running.flatMap(({ task }) => task.store(name) ?? []) : [whole]
  if (stores.length === 0) throw unavailableStore(name, state)
  return stores
}

function unknownStore(name: string, kind: string): InvalidStateStoreError {
  const message = `The topology has no ${kind} store ${name}: name the store where it is materialized.`
  return new InvalidStateStoreError('STREAMS_STORE_UNKNOWN', message, { facts: { store: name, kind } })
}

function unavailableStore(name: string, state: StreamsState): InvalidStateStoreError {
  const message = `No partition of the store ${name} can be read here now: the application is ${state}. Try again, or ask another instance.`
  return new InvalidStateStoreError('STREAMS_STORE_NOT_AVAILABLE', message, { facts: { store: name, state } })
}
