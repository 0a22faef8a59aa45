import { TopologyError } from '../model/errors.ts'
import { frozenCopy } from '../model/frozen-copy.ts'
import type { StoreKind } from '../state/store-kind.ts'
import { storeKindOf, storeKinds, type StoreKinds } from '../state/store-kinds.ts'
import {
  changelogTopicConfig,
  repartitionTopicConfig,
  sourceChangelogTopicConfig,
  type InternalTopicConfigOptions,
} from './internal-topic-config.ts'
import { changelogTopicName } from './internal-topic-names.ts'
import type { InternalTopologyBuilder, NodeDefinition, NodeGroup, StoreDefinition } from './internal-topology-builder.ts'
import { sourceReads } from './source-reads.ts'
import type * as plan from './topology-plan.ts'

/** The settings of an application that a plan depends on. */
export interface PlanOptions {
  /** `java`: internal topics are configured as by Kafka Streams, even if compaction then loses rows. Default `safe`. */
  readonly compatibility?: 'safe' | 'java' | undefined
  /**
   * How much longer than the store the changelog of a window store keeps records, in ms. Default 86,400,000 (a day), as in Java.
   */
  readonly windowStoreChangelogAdditionalRetentionMs?: number | undefined
  /**
   * Kafka topic configuration for all internal topics (Java: `topic.*`). It overrides the defaults. A store's own settings
   * override it.
   */
  readonly topicConfig?: Readonly<Record<string, string>> | undefined
}

/**
 * Plans a topology for an application: internal topics get their names and configuration, and each group of connected nodes
 * becomes a sub-topology. `kinds` are the known kinds of stores.
 */
export function planTopology(
  topology: InternalTopologyBuilder,
  applicationId: string,
  options: PlanOptions,
  kinds: StoreKinds = storeKinds,
): plan.TopologyPlan {
  const { compatibility = 'safe', windowStoreChangelogAdditionalRetentionMs = 86_400_000, topicConfig = {} } = options
  const chosen = { compatibility, windowStoreChangelogAdditionalRetentionMs, topicConfig }
  const planner = new Planner(topology, applicationId, chosen, kinds)
  const subtopologies = topology.nodeGroups().map((group, id) => planner.subtopology(group, id))
  checkChangelogs(subtopologies)
  return frozenCopy({ applicationId, subtopologies })
}

class Planner {
  readonly #topology: InternalTopologyBuilder
  readonly #applicationId: string
  readonly #options: InternalTopicConfigOptions
  readonly #kinds: StoreKinds
  readonly #copartitioned: readonly (readonly string[])[]

  constructor(topology: InternalTopologyBuilder, applicationId: string, options: InternalTopicConfigOptions, kinds: StoreKinds) {
    this.#topology = topology
    this.#applicationId = applicationId
    this.#options = options
    this.#kinds = kinds
    this.#copartitioned = mergedGroups(topology.copartitionedTopics()).map((group) =>
      [...group].map((topic) => this.#topicName(topic)).toSorted(),
    )
  }

  subtopology({ kind, nodes }: NodeGroup, id: number): plan.Subtopology {
    const names = new Set(nodes.map(({ name }) => name))
    const sources = nodes.flatMap((node) => (node.kind === 'source' ? node.topics : []))
    const sinks = nodes.flatMap((node) => (node.kind === 'sink' && typeof node.topic === 'string' ? [node.topic] : []))
    const sourceTopics = unique(sources.map((topic) => this.#topicName(topic)))
    return {
      id,
      kind,
      nodes: withReads(nodes.map((node) => this.#node(node))),
      stores: this.#storesOf(names),
      sourceTopics,
      sinkTopics: unique(sinks.map((topic) => this.#topicName(topic))),
      repartitionTopics: unique(sources).flatMap((topic) => this.#repartitionTopic(topic)),
      copartitionGroups: this.#copartitioned.filter((group) => group.some((topic) => sourceTopics.includes(topic))),
    }
  }

  #topicName(topic: string): string {
    return this.#topology.internalTopics.has(topic) ? `${this.#applicationId}-${topic}` : topic
  }

  #repartitionTopic(topic: string): plan.InternalTopic[] {
    const properties = this.#topology.internalTopics.get(topic)
    if (properties === undefined) return []
    const { partitions } = properties
    return [{ name: this.#topicName(topic), kind: 'repartition', partitions, config: repartitionTopicConfig(this.#options) }]
  }

  #storesOf(nodes: ReadonlySet<string>): plan.StoreNode[] {
    return [...this.#topology.stores.values()]
      .filter(({ users }) => [...users].some((user) => nodes.has(user)))
      .map((store) => this.#store(store))
  }

  #store(store: StoreDefinition): plan.StoreNode {
    const kind = storeKindOf(store.spec, this.#kinds)
    kind.check?.(store.spec, this.#options)
    return { spec: store.spec, kind, processors: [...store.users], changelog: this.#changelog(store, kind) }
  }

  #changelog({ spec, sourceTopic }: StoreDefinition, kind: StoreKind): plan.StoreNode['changelog'] {
    if (sourceTopic !== undefined) {
      const config = sourceChangelogTopicConfig(spec, kind, this.#options)
      return { kind: 'source', topic: this.#topicName(sourceTopic), config }
    }
    if (spec.changelog === 'disabled') return undefined
    const { own, otherForm } = kind.changelog.names?.(spec) ?? { own: spec.name }
    const name = changelogTopicName(this.#applicationId, own)
    const config = changelogTopicConfig(spec, kind, this.#options)
    const topic = { name, kind: 'changelog', partitions: undefined, config } as const
    if (otherForm === undefined) return { kind: 'internal', topic }
    return { kind: 'internal', topic, otherForm: changelogTopicName(this.#applicationId, otherForm) }
  }

  #node(node: NodeDefinition): plan.TopologyNode {
    switch (node.kind) {
      case 'source':
        return sourceNode(
          node,
          node.topics.map((topic) => this.#topicName(topic)),
        )
      case 'processor': {
        const { kind, name, processor, parents, stores } = node
        return { kind, name, processor, parents, stores }
      }
      case 'sink':
        return sinkNode(node, typeof node.topic === 'string' ? this.#topicName(node.topic) : node.topic)
    }
  }
}

/** Throws a `TopologyError` (`STREAMS_DUPLICATE_STORE`) if two stores would have one changelog. */
function checkChangelogs(subtopologies: readonly plan.Subtopology[]): void {
  const owners = new Map<string, string>()
  for (const { spec, changelog } of subtopologies.flatMap(({ stores }) => stores)) {
    if (changelog?.kind !== 'internal') continue
    const { name } = changelog.topic
    const other = owners.get(name)
    if (other !== undefined && other !== spec.name) throw sharedChangelog(name, other, spec.name)
    owners.set(name, spec.name)
  }
}

function sharedChangelog(topic: string, ...stores: readonly string[]): TopologyError {
  const message = `The changelog ${topic} would be that of the stores ${stores.join(' and ')}: give one of them another name.`
  return new TopologyError('STREAMS_DUPLICATE_STORE', message, { facts: { topic, stores } })
}

/** The nodes, and with each source what is read below it. */
function withReads(nodes: readonly plan.TopologyNode[]): readonly plan.TopologyNode[] {
  const below = sourceReads(nodes)
  return nodes.map((node) => (node.kind === 'source' ? { ...node, reads: below.get(node.name)! } : node))
}

function sourceNode(node: NodeDefinition & { kind: 'source' }, topics: readonly string[]): plan.SourceNode {
  const { kind, name, method, pattern, key, value, nullValues = 'by-serde', timestampExtractor, offsetReset } = node
  return { kind, name, method, topics, pattern, key, value, nullValues, timestampExtractor, offsetReset }
}

function sinkNode(node: NodeDefinition & { kind: 'sink' }, topic: unknown): plan.SinkNode {
  const { kind, name, method, key, value, partitionedBy, parents } = node
  const partitioner = node.partitioner as plan.SinkNode['partitioner']
  return { kind, name, method, topic: topic as plan.SinkNode['topic'], key, value, partitioner, partitionedBy, parents }
}

/** Merges groups that share a topic. */
function mergedGroups(groups: readonly ReadonlySet<string>[]): ReadonlySet<string>[] {
  let merged: ReadonlySet<string>[] = []
  for (const group of groups) {
    if (group.size === 0) continue
    const touching = merged.filter((other) => [...other].some((topic) => group.has(topic)))
    const joined = new Set([...touching, group].flatMap((topics) => [...topics]))
    merged = [...merged.filter((other) => !touching.includes(other)), joined]
  }
  return merged
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)]
}
