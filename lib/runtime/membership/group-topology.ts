import { StreamsError } from '../../model/errors.ts'

/** A member and its topology, as the leader sees them. */
export interface TopologyMember {
  readonly topologyHash: string
  /** −1: the member was in no generation of the group before. */
  readonly generationId: number
  readonly ownedPartitions: readonly unknown[]
}

/**
 * The hash of the topology that the group runs. The members that own partitions decide it. If nobody owns any, the members that
 * were in the group before decide; in a new group, all members do. If the deciding members differ, `own` wins, which is the
 * leader's hash.
 */
export function groupTopologyHash(members: readonly TopologyMember[], own: string): string {
  const running = members.filter(({ ownedPartitions }) => ownedPartitions.length > 0)
  const known = members.filter(({ generationId }) => generationId >= 0)
  const deciding = [running, known, members].find((some) => some.length > 0) ?? []
  const hashes = deciding.map(({ topologyHash }) => topologyHash)
  return hashes.includes(own) ? own : (hashes[0] ?? own)
}

/** The error that ends a member whose topology is not that of its group. */
export function topologyMismatch(): StreamsError {
  const message =
    'Running instances of this application have another topology (sub-topologies, sources, internal topics or stores): ' +
    'stop them all before this one starts, or give it another applicationId.'
  return new StreamsError('STREAMS_TOPOLOGY_MISMATCH', message)
}
