import type { GroupProtocol } from '../group-coordinator.ts'

/** Whether both name the same assignors in the same order, with the same metadata. */
export function sameProtocols(left: readonly GroupProtocol[], right: readonly GroupProtocol[]): boolean {
  const isSame = ({ name, metadata }: GroupProtocol, at: number): boolean =>
    right[at]!.name === name && Buffer.compare(right[at]!.metadata, metadata) === 0
  return left.length === right.length && left.every(isSame)
}

/**
 * Each member votes for the first of its protocols that all members support. A tie goes to the protocol that got a vote first.
 */
export function electProtocol(members: readonly { readonly protocols: readonly GroupProtocol[] }[]): string {
  const isShared = (name: string): boolean =>
    members.every((member) => member.protocols.some((protocol) => protocol.name === name))
  const votes = new Map<string, number>()
  for (const { protocols } of members) {
    const choice = protocols.find(({ name }) => isShared(name))
    if (choice !== undefined) votes.set(choice.name, (votes.get(choice.name) ?? 0) + 1)
  }
  return [...votes].reduce((best, next) => (next[1] > best[1] ? next : best))[0]
}
