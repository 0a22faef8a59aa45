import type { StoreNode } from './topology-plan.ts'

/** The topic that is the changelog of a store: one of its own, or a source topic. Undefined if logging is off. */
export function changelogTopicOf({ changelog }: Pick<StoreNode, 'changelog'>): string | undefined {
  return changelog?.kind === 'internal' ? changelog.topic.name : changelog?.topic
}
