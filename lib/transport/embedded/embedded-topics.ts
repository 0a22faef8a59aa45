import { checkTopicName } from '../../model/topic.ts'
import type { TopicPartition } from '../../model/topic-partition.ts'
import type { NewTopic } from '../admin.ts'
import type { Journal } from './journal.ts'
import { PartitionLog } from './partition-log.ts'
import { refusal } from './refusal.ts'
import type { TopicConfig } from './topic-config.ts'
import { topicConfig } from './topic-config.ts'

export interface EmbeddedTopic {
  readonly name: string
  readonly config: TopicConfig
  /** The configuration keys that the creator of the topic gave, without defaults. */
  readonly givenConfig: Readonly<Record<string, string>>
  readonly partitions: PartitionLog[]
}

/** The topics and their partitions. The journal gets their entries: `topic/…`, `start/…` (the start of a log) and `batch/…`. */
export class EmbeddedTopics {
  readonly #topics = new Map<string, EmbeddedTopic>()
  readonly #journal: Journal

  constructor(journal: Journal) {
    this.#journal = journal
  }

  all(): readonly EmbeddedTopic[] {
    return [...this.#topics.values()].sort((left, right) => (left.name < right.name ? -1 : 1))
  }

  get(name: string): EmbeddedTopic | undefined {
    return this.#topics.get(name)
  }

  partition({ topic, partition }: TopicPartition): PartitionLog {
    const log = this.#topics.get(topic)?.partitions[partition]
    if (log !== undefined) return log
    throw refusal('UNKNOWN_TOPIC_OR_PARTITION', `There is no ${topic}-${partition}: create the topic, or correct the name.`, {
      topic,
      partition,
    })
  }

  topic(name: string): EmbeddedTopic {
    const topic = this.#topics.get(name)
    if (topic === undefined)
      throw refusal('UNKNOWN_TOPIC_OR_PARTITION', `There is no topic ${name}: create it, or correct the name.`, { topic: name })
    return topic
  }

  create({ name, partitions, config = {} }: NewTopic): void {
    checkNewTopic(name, partitions)
    if (this.#topics.has(name))
      throw refusal('TOPIC_ALREADY_EXISTS', `Topic ${name} exists already: use it, or choose another name.`, { topic: name })
    this.#open(name, partitions, config)
    this.#journal.write(`topic/${name}`, Buffer.from(JSON.stringify({ partitions, config })))
  }

  grow(name: string, count: number): void {
    const topic = this.topic(name)
    if (!Number.isSafeInteger(count) || count <= topic.partitions.length)
      throw refusal(
        'INVALID_PARTITIONS',
        `Topic ${name} has ${topic.partitions.length} partitions: ask for more than that, not ${count}.`,
        { topic: name },
      )
    while (topic.partitions.length < count) topic.partitions.push(this.#openLog(name, topic.partitions.length, topic.config))
    this.#journal.write(`topic/${name}`, Buffer.from(JSON.stringify({ partitions: count, config: topic.givenConfig })))
  }

  delete(name: string): void {
    const topic = this.topic(name)
    topic.partitions.forEach((log, partition) => {
      log.erase()
      this.#journal.write(`start/${name}/${partition}`, null)
    })
    this.#journal.write(`topic/${name}`, null)
    this.#topics.delete(name)
  }

  /**
   * Loads an entry of the store. Loading has two phases, because a batch needs its topic: all topics, then batches and starts. Each
   * phase ignores the entries of the other.
   */
  load(key: string, value: Uint8Array, phase: 'topics' | 'logs'): void {
    const [kind, name = '', partition = ''] = key.split('/')
    if (phase === 'topics') {
      if (kind !== 'topic') return
      const { partitions, config } = JSON.parse(Buffer.from(value).toString()) as Pick<NewTopic, 'partitions'> & {
        readonly config: Readonly<Record<string, string>>
      }
      this.#open(name, partitions, config)
    } else if (kind === 'batch') this.partition({ topic: name, partition: Number(partition) }).load(value)
    else if (kind === 'start')
      this.partition({ topic: name, partition: Number(partition) }).loadStart(Number(Buffer.from(value).toString()))
  }

  #open(name: string, partitions: number, given: Readonly<Record<string, string>>): void {
    const config = topicConfig(given)
    const logs = Array.from({ length: partitions }, (_, partition) => this.#openLog(name, partition, config))
    this.#topics.set(name, { name, config, givenConfig: given, partitions: logs })
  }

  #openLog(name: string, partition: number, config: TopicConfig): PartitionLog {
    const batchKey = (offset: number): string => `batch/${name}/${partition}/${String(offset).padStart(16, '0')}`
    return new PartitionLog(`${name}-${partition}`, config, {
      put: ({ baseOffset, bytes }) => this.#journal.write(batchKey(baseOffset), bytes),
      remove: (baseOffset) => this.#journal.write(batchKey(baseOffset), null),
      start: (offset) => this.#journal.write(`start/${name}/${partition}`, Buffer.from(String(offset))),
    })
  }
}

function checkNewTopic(name: string, partitions: number): void {
  try {
    checkTopicName(name)
  } catch (cause) {
    throw refusal('INVALID_TOPIC_EXCEPTION', (cause as Error).message, { topic: name }, cause)
  }
  if (Number.isSafeInteger(partitions) && partitions > 0) return
  throw refusal('INVALID_PARTITIONS', `Topic ${name} needs at least one partition, not ${partitions}.`, {
    topic: name,
    partitions,
  })
}
