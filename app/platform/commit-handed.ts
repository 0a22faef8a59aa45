import { TransportError } from 'millrace'

/**
 * Commits what a consumer of a group was handed. A group that has given the partitions to another member, as after an outage of its coordinator,
 * refuses; their next owner is handed the records again. Of a coordinator that does not answer the next commit takes these offsets with it.
 */
export async function commitHanded(source: { commit(): Promise<void> }): Promise<void> {
  try {
    await source.commit()
  } catch (error) {
    if (!(error instanceof TransportError && passing.has(error.kind))) throw error
  }
}

const passing: ReadonlySet<string> = new Set(['rebalance', 'fenced', 'retriable'])
