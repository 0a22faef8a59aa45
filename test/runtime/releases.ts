import type { StorageEnvironment, StorageFactory, StorageTable, StorageWrite } from '../../lib/storage/storage.ts'
import type { Cluster } from '../../lib/transport/cluster.ts'
import type { GroupCoordinator } from '../../lib/transport/group-coordinator.ts'
import {
  decodeAssignment,
  decodeSubscription,
  encodeAssignment,
  encodeSubscription,
} from '../../lib/transport/group/consumer-protocol.ts'

/**
 * A release of Millrace beside this one, by what it writes into state directories and tells the other members of its group. What it
 * reads is what this release reads, but for `readRow`.
 */
export interface Release {
  /** The row as this release stores it; null: it does not store such a row. */
  row(table: string, value: Uint8Array): Uint8Array | null
  /** What this release reads of a row. */
  readRow(table: string, value: Uint8Array): Uint8Array
  userData(bytes: Uint8Array): Uint8Array
}

const positions = '.positions'
const formats = '.formats'

/** This release as it is. */
export const present: Release = { row: (_, value) => value, readRow: (_, value) => value, userData: (bytes) => bytes }

/** A release that knew nothing of times, topic ids and formats: a position was an offset, and it read no further. */
export const former: Release = {
  row: (table, value) => (table === formats ? null : former.readRow(table, value)),
  readRow: (table, value) => (table === positions ? value.subarray(0, 8) : value),
  userData: (bytes) => bytes,
}

/** A release that has added something to each format. */
export const next: Release = {
  row(table, value) {
    if (table === positions) return Buffer.concat([value, Buffer.from('\0more')])
    if (table === formats)
      return Buffer.from(JSON.stringify({ ...(JSON.parse(Buffer.from(value).toString()) as object), more: 1 }))
    return value
  },
  readRow: (_, value) => value,
  userData(bytes) {
    const more = Buffer.concat([bytes, Buffer.from('more')])
    more[1] = 2
    return more
  },
}

export function storageOf(release: Release, inner: StorageFactory): StorageFactory {
  return {
    medium: inner.medium,
    open: (name) => environmentOf(release, inner.open(name)),
    destroy: (name) => inner.destroy(name),
    list: (prefix) => inner.list(prefix),
    place: (name) => inner.place?.(name) ?? null,
  }
}

/** The cluster as a member of this release uses it: its user data is that of the release. */
export function clusterOf({ userData }: Release, inner: Cluster): Cluster {
  const changed = (bytes: Uint8Array | null): Uint8Array | null => bytes && userData(bytes)
  const subscription = (bytes: Uint8Array): Uint8Array => {
    const told = decodeSubscription(bytes)
    return encodeSubscription({ ...told, userData: changed(told.userData) })
  }
  const assignment = (bytes: Uint8Array): Uint8Array => {
    const given = decodeAssignment(bytes)
    return encodeAssignment({ ...given, userData: changed(given.userData) })
  }
  return {
    description: inner.description,
    clock: inner.clock,
    chance: inner.chance,
    admin: (options) => inner.admin(options),
    fetcher: (options) => inner.fetcher(options),
    producer: (options) => inner.producer(options),
    transactionalProducer: (options) => inner.transactionalProducer(options),
    async groupCoordinator(options): Promise<GroupCoordinator> {
      const coordinator = await inner.groupCoordinator(options)
      return {
        join: (request, onMemberId) => {
          const protocols = request.protocols.map(({ name, metadata }) => ({ name, metadata: subscription(metadata) }))
          return coordinator.join({ ...request, protocols }, onMemberId)
        },
        sync: (identity, assignments) =>
          coordinator.sync(
            identity,
            assignments.map(({ memberId, assignment: bytes }) => ({ memberId, assignment: assignment(bytes) })),
          ),
        heartbeat: (identity) => coordinator.heartbeat(identity),
        leave: (identity) => coordinator.leave(identity),
        commitOffsets: (identity, offsets) => coordinator.commitOffsets(identity, offsets),
        close: () => coordinator.close(),
      }
    },
  }
}

function environmentOf(release: Release, inner: StorageEnvironment): StorageEnvironment {
  const tables = new Map<string, StorageTable>()
  const table = (name: string): StorageTable => {
    const known = tables.get(name) ?? tableOf(release, inner, name)
    tables.set(name, known)
    return known
  }
  const written = ({ table: { name }, key, value }: StorageWrite): StorageWrite[] => {
    const row = value && release.row(name, value)
    return value !== null && row === null ? [] : [{ table: inner.table(name), key, value: row }]
  }
  return {
    emptied: inner.emptied,
    table,
    tables: () => inner.tables(),
    drop(names) {
      for (const name of names) tables.delete(name)
      inner.drop(names)
    },
    transact: (writes) => inner.transact(writes.flatMap(written)),
    close: () => inner.close(),
  }
}

function tableOf(release: Release, inner: StorageEnvironment, name: string): StorageTable {
  const table = inner.table(name)
  return {
    name,
    get(key) {
      const value = table.get(key)
      return value && release.readRow(name, value)
    },
    iterate: (range) =>
      Iterator.from(table.iterate(range)).map(({ key, value }) => ({ key, value: release.readRow(name, value) })),
    count: () => table.count(),
  }
}
