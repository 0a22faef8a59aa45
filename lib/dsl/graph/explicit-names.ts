import { TopologyError } from '../../model/errors.ts'
import type { InternalTopologyBuilder } from '../../topology/internal-topology-builder.ts'

/** In names that are drawn from the counter of a builder. */
const generated = /(?:KSTREAM|KTABLE|STATE-STORE)-(?:[A-Z-]+-)?\d{10}/

/**
 * Refuses stores and internal topics with generated names: a change of the topology would give them others, and what they hold would
 * be left behind (KIP-1111). `unnamedStores` are those of tables that have none so far. Java does not look at what foreign-key joins
 * keep for themselves.
 */
export function checkExplicitNames(
  topology: InternalTopologyBuilder,
  unnamedStores: Iterable<string>,
  compatibility: 'safe' | 'java',
): void {
  const isOverlooked = (name: string): boolean => compatibility === 'java' && name.startsWith('KTABLE-FK-JOIN-SUBSCRIPTION-')
  const isGenerated = (name: string): boolean => generated.test(name) && !isOverlooked(name)
  const stores = [...new Set([...[...topology.stores.keys()].filter(isGenerated), ...unnamedStores])]
  const topics = [...topology.internalTopics.keys()].filter(isGenerated)
  if (stores.length + topics.length === 0) return
  const message =
    `Internal resources are to have names of their own; these have generated ones: ${[...stores, ...topics].join(', ')}. ` +
    'Name stores by the options of the operator that keeps them, topics by those of the grouping, the join or the repartition.'
  throw new TopologyError('STREAMS_UNNAMED_INTERNAL_RESOURCES', message, { facts: { stores, topics } })
}
