import type { Serde } from '../model/serde.ts'
import type { TopicNameExtractor } from './topology-plan.ts'

/** The half of a serde that a sink needs: whatever can write a base type can write what is narrower. */
export type WriteSerde<T> = Pick<Serde<T>, 'name' | 'serialize'>

/** A topic to read. A `Topic` is one; a serde that is left out is the application's default. */
export interface SourceTopic<K, V> {
  readonly name: string
  readonly key?: Serde<K> | undefined
  readonly value?: Serde<V> | undefined
}

/** All topics whose whole name matches, now and later. */
export interface TopicPattern<K, V> {
  readonly pattern: RegExp
  readonly key?: Serde<K> | undefined
  readonly value?: Serde<V> | undefined
}

/** A topic, several of the same types (their records interleave in no certain order), or a pattern. */
export type SourceTopics<K, V> = SourceTopic<K, V> | readonly SourceTopic<K, V>[] | TopicPattern<K, V>

/** A sink that picks its topic by record. What has no serde takes the stream's, or the default. */
export interface DynamicTopic<K, V> {
  readonly topicName: TopicNameExtractor<K, V>
  readonly key?: WriteSerde<K> | undefined
  readonly value?: WriteSerde<V> | undefined
}

/** A topic to write. A `Topic` is one; a serde that is left out is the stream's, or the application's default. */
export interface SinkTopic<K, V> {
  readonly name: string
  readonly key?: WriteSerde<K> | undefined
  readonly value?: WriteSerde<V> | undefined
}
