import type { Chance } from '../../clock/chance.ts'
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
  /** The UUID of this topic, in base64url as Kafka prints it. A topic that is created again has another one (KIP-516). */
  readonly id: string
  readonly config: TopicConfig
  /** The configuration keys that the creator of the topic gave, without defaults. */
  readonly givenConfig: Readonly<Record<string, string>>
  readonly partitions: PartitionLog[]
}

/** What the journal keeps of a topic. Topics of older journals have no id. */
interface KeptTopic {
  readonly partitions: number
  readonly config: Readonly<Record<string, string>>
  readonly id?: string
}

/** The topics and their partitions. The journal gets their entries: `topic/…`, `start/…` (the start of a log) and `batch/…`. */
export class EmbeddedTopics {
  readonly #topics = new Map<string, EmbeddedTopic>()
  readonly #journal: Journal
  readonly #chance: Chance

  constructor(journal: Journal, chance: Chance) {
    this.#journal = journal
    this.#chance = chance
  }

  all(): readonly EmbeddedTopic[] {
    return [...this.#topics.values()].sort((left, right) => (left.name < right.name ? -1 : 1))
  }

  get(name: string): EmbeddedTopic | undefined {
    return this.#topics.get(name)
  }

  byId(id: string): EmbeddedTopic | undefined {
    for (const topic of this.#topics.values()) if (topic.id === id) return topic
    return undefined
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

  /** Throws if the topic is there, and has another id: it was deleted and created again since somebody knew it by this one. */
  checkId(name: string, id: string | undefined): void {
    const topic = this.#topics.get(name)
    if (topic === undefined || id === undefined || topic.id === id) return
    const message = `Topic ${name} was deleted and created again: its id is ${topic.id}, and no longer ${id}. Ask for its offsets anew.`
    throw refusal('UNKNOWN_TOPIC_ID', message, { topic: name })
  }

  create(topic: NewTopic): void {
    this.check(topic)
    const { name, partitions, config = {} } = topic
    const id = newTopicId(this.#chance)
    this.#open(name, { partitions, config, id })
    this.#keep(name)
  }

  /** Throws if the topic cannot be created. */
  check({ name, partitions, config = {} }: NewTopic): void {
    checkNewTopic(name, partitions)
    topicConfig(config)
    if (this.#topics.has(name))
      throw refusal('TOPIC_ALREADY_EXISTS', `Topic ${name} exists already: use it, or choose another name.`, { topic: name })
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
    this.#keep(name)
  }

  /** Changes keys of the topic's configuration; null sets one back to its default. Throws `TRANSPORT_INVALID_CONFIG`. */
  configure(name: string, changes: Readonly<Record<string, string | null>>): void {
    const topic = this.topic(name)
    const givenConfig = changedConfig(topic.givenConfig, changes)
    const config = topicConfig(givenConfig)
    for (const log of topic.partitions) log.configure(config)
    this.#topics.set(name, { ...topic, config, givenConfig })
    this.#keep(name)
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
      const { id, ...kept } = JSON.parse(Buffer.from(value).toString()) as KeptTopic
      this.#open(name, { ...kept, id: id ?? newTopicId(this.#chance) })
      if (id === undefined) this.#keep(name)
    } else if (kind === 'batch') this.partition({ topic: name, partition: Number(partition) }).load(value)
    else if (kind === 'start')
      this.partition({ topic: name, partition: Number(partition) }).loadStart(Number(Buffer.from(value).toString()))
  }

  #open(name: string, { partitions, config: given, id }: Required<KeptTopic>): void {
    const config = topicConfig(given)
    const logs = Array.from({ length: partitions }, (_, partition) => this.#openLog(name, partition, config))
    this.#topics.set(name, { name, id, config, givenConfig: given, partitions: logs })
  }

  #keep(name: string): void {
    const { partitions, givenConfig, id } = this.topic(name)
    const kept: KeptTopic = { partitions: partitions.length, config: givenConfig, id }
    this.#journal.write(`topic/${name}`, Buffer.from(JSON.stringify(kept)))
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

/** What is given of a configuration after a change. */
export function changedConfig(
  given: Readonly<Record<string, string>>,
  changes: Readonly<Record<string, string | null>>,
): Readonly<Record<string, string>> {
  const entries = Object.entries({ ...given, ...changes })
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => entry[1] !== null))
}

function newTopicId(chance: Chance): string {
  return Buffer.from(chance.uuid().replaceAll('-', ''), 'hex').toString('base64url')
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
