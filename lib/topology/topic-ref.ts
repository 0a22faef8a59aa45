import type { Serde } from '../model/serde.ts'
import type { TopicNameExtractor } from './topology-plan.ts'

/** The part of a serde that a sink needs. A serde that can write a base type can be used for its subtypes, too. */
export type WriteSerde<T> = Pick<Serde<T>, 'name' | 'serialize'>

/** A topic to read, e.g. a `Topic`. A missing serde is the application's default. */
export interface SourceTopic<K, V> {
  /** Name of the topic. */
  readonly name: string
  /** Serde of the keys. */
  readonly key?: Serde<K> | undefined
  /** Serde of the values. */
  readonly value?: Serde<V> | undefined
}

/** All topics whose whole name matches a pattern, those that are created later included. */
export interface TopicPattern<K, V> {
  /** Matches the whole name of a topic. */
  readonly pattern: RegExp
  /** Serde of the keys. */
  readonly key?: Serde<K> | undefined
  /** Serde of the values. */
  readonly value?: Serde<V> | undefined
}

/**
 * The topics of a source: one, several of the same types, or a pattern. Records of several topics come in no particular order.
 */
export type SourceTopics<K, V> = SourceTopic<K, V> | readonly SourceTopic<K, V>[] | TopicPattern<K, V>

/** The target of a sink that chooses a topic for each record. A missing serde is the stream's, or the application's default. */
export interface DynamicTopic<K, V> {
  /** Chooses the topic of a record. */
  readonly topicName: TopicNameExtractor<K, V>
  /** Serde of the keys. */
  readonly key?: WriteSerde<K> | undefined
  /** Serde of the values. */
  readonly value?: WriteSerde<V> | undefined
}

/** A topic to write, e.g. a `Topic`. A missing serde is the stream's, or the application's default. */
export interface SinkTopic<K, V> {
  /** Name of the topic. */
  readonly name: string
  /** Serde of the keys. */
  readonly key?: WriteSerde<K> | undefined
  /** Serde of the values. */
  readonly value?: WriteSerde<V> | undefined
}
