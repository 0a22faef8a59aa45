import type { Serde } from '../model/serde.ts'
import type { TopicNameExtractor } from './topology-plan.ts'

/** The half of a serde that a sink needs: whatever can write a base type can write what is narrower. */
export type WriteSerde<T> = Pick<Serde<T>, 'name' | 'serialize'>

/** A topic to read. A `Topic` is one; a serde that is left out is the application's default. */
export interface SourceTopic<K, V> {
  /** Name of the topic. */
  readonly name: string
  /** Serde of the keys. */
  readonly key?: Serde<K> | undefined
  /** Serde of the values. */
  readonly value?: Serde<V> | undefined
}

/** All topics whose whole name matches, now and later. */
export interface TopicPattern<K, V> {
  /** Matches the whole name of a topic. */
  readonly pattern: RegExp
  /** Serde of the keys. */
  readonly key?: Serde<K> | undefined
  /** Serde of the values. */
  readonly value?: Serde<V> | undefined
}

/** A topic, several of the same types (their records interleave in no certain order), or a pattern. */
export type SourceTopics<K, V> = SourceTopic<K, V> | readonly SourceTopic<K, V>[] | TopicPattern<K, V>

/** A sink that picks its topic by record. What has no serde takes the stream's, or the default. */
export interface DynamicTopic<K, V> {
  /** Picks the topic. */
  readonly topicName: TopicNameExtractor<K, V>
  /** Serde of the keys. */
  readonly key?: WriteSerde<K> | undefined
  /** Serde of the values. */
  readonly value?: WriteSerde<V> | undefined
}

/** A topic to write. A `Topic` is one; a serde that is left out is the stream's, or the application's default. */
export interface SinkTopic<K, V> {
  /** Name of the topic. */
  readonly name: string
  /** Serde of the keys. */
  readonly key?: WriteSerde<K> | undefined
  /** Serde of the values. */
  readonly value?: WriteSerde<V> | undefined
}
