import { StreamsError } from '../../model/errors.ts'

/** What the leader knows of a member's topology. */
export interface TopologyMember {
  readonly topologyHash: string
  /** −1: the member was in no generation of the group before. */
  readonly generationId: number
  readonly ownedPartitions: readonly unknown[]
}

/**
 * The hash of the topology that the group runs: that of the members that own partitions; where nobody owns any, of those that were
 * in the group before; in a new group, of all. Among several hashes `own` comes first, which is the leader's.
 */
export function groupTopologyHash(members: readonly TopologyMember[], own: string): string {
  const running = members.filter(({ ownedPartitions }) => ownedPartitions.length > 0)
  const known = members.filter(({ generationId }) => generationId >= 0)
  const deciding = [running, known, members].find((some) => some.length > 0) ?? []
  const hashes = deciding.map(({ topologyHash }) => topologyHash)
  return hashes.includes(own) ? own : (hashes[0] ?? own)
}

/** The end of a member whose topology is not that of the group it joins. */
export function topologyMismatch(): StreamsError {
  const message =
    'Running instances of this application have another topology (sub-topologies, sources, internal topics or stores): ' +
    'stop them all before this one starts, or give it another applicationId.'
  return new StreamsError('STREAMS_TOPOLOGY_MISMATCH', message)
}
