import { TopologyError } from '../../model/errors.ts'
import type { InternalTopologyBuilder } from '../../topology/internal-topology-builder.ts'

/** Names that the builder generates contain a prefix and a number of ten digits. */
const generated = /(?:KSTREAM|KTABLE|STATE-STORE)-(?:[A-Z-]+-)?\d{10}/

/**
 * Refuses stores and internal topics with generated names (KIP-1111). A change of the topology changes generated names, and the
 * data under the old names is left behind. `unnamedStores` are the generated names of stores that the user could have named,
 * including stores that the topology does not need so far. With `compatibility: 'java'` the stores and topics inside a
 * foreign-key join are not checked, as in Java.
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
    `build() requires explicit names of internal resources, but these have generated names: ${[...stores, ...topics].join(', ')}. ` +
    'Name stores by the options of the operator that keeps them, topics by those of the grouping, the join or the repartition.'
  throw new TopologyError('STREAMS_UNNAMED_INTERNAL_RESOURCES', message, { facts: { stores, topics } })
}
