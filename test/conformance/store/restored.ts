import type { ChangelogRecord, StateStore } from '../../../lib/state/state-store.ts'
import { checkpoint, type StoreTask } from '../../state/store-fixture.ts'
import type { StoreGround } from './store-case.ts'

/** Commits, and checkpoints every other time, so that restores begin at every kind of offset. */
export function committer(store: StateStore, task: StoreTask, ground: StoreGround) {
  let commits = 0
  let stored = 0
  const run = (): void => {
    store.flush()
    store.commit()
    if (commits++ % 2 === 1) return
    checkpoint(store, ground.storage)
    if (ground.medium === 'disk') stored = task.log.length
  }
  return { run, stored: () => stored }
}

/** Opens the store again and restores what its storage does not have, in batches. */
export function restored<S extends StateStore>(reopen: () => S, log: readonly ChangelogRecord[], from: number): S {
  const store = reopen()
  for (let at = from; at < log.length; at += 5) store.restore(log.slice(at, at + 5))
  return store
}

/** A law opens thousands of stores on one ground. */
export function dropped({ storage }: StoreGround, storeName: string): void {
  storage.drop(storage.tables().filter((table) => table === storeName || table.startsWith(`${storeName}/`)))
}
