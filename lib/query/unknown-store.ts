import { InvalidStateStoreError } from '../model/errors.ts'

/**
 * The error of a query for a store that the topology lacks, or that is of another kind than `wanted`. `known`: the kind of the
 * store with this name; undefined if there is none.
 */
export function unknownStore(store: string, wanted: string | undefined, known: string | undefined): InvalidStateStoreError {
  const facts = { store, kind: wanted, known }
  const message =
    known === undefined
      ? `The topology has no store ${store}: give it this name where it is made, as in count({ store: '${store}' }).`
      : `The store ${store} is a ${known} store, and cannot be queried as ${wanted}: ask with store('${store}', '${known}'), or with the store value it was made from.`
  return new InvalidStateStoreError('STREAMS_STORE_UNKNOWN', message, { facts })
}
