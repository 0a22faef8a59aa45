import { InvalidStateStoreError } from '../model/errors.ts'

/** The error of a store that is used after its task was closed, or moved to another process. */
export function storeClosed(store: string): InvalidStateStoreError {
  const message = `The store ${store} is closed, because its task was closed or moved: ask for the store again.`
  return new InvalidStateStoreError('STREAMS_STORE_CLOSED', message, { facts: { store } })
}
