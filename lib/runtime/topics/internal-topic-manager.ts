import type { Clock } from '../../clock/clock.ts'
import { sleep } from '../../clock/clock.ts'
import { ProcessorStateError, StreamsError, TransportError } from '../../model/errors.ts'
import type { InternalTopic, TopologyPlan } from '../../topology/topology-plan.ts'
import type { Admin, NewTopic } from '../../transport/admin.ts'
import { lookUpTopics, otherForms } from './topics-of-tasks.ts'
import { resolvePartitionCounts } from './partition-counts.ts'

export interface InternalTopicOptions {
  /** −1: the broker's default. Java: `replication.factor`. */
  readonly replicationFactor: number
  readonly clock: Clock
  /** Pause before looking again at topics that another instance is creating. */
  readonly retryBackoffMs: number
  /**
   * For so long topics are awaited that another instance has created: the controller has them, and the broker that is asked does not know
   * them yet. Java waits for half of `max.poll.interval.ms`.
   */
  readonly withinMs: number
}

/**
 * Creates the internal topics of a topology that are missing, and checks those that exist (Java: `InternalTopicManager`). Resolves
 * to the partition counts of all topics that the topology reads, writes as repartition topics, or keeps as changelogs. Safe to run
 * in several instances at once. Configurations of existing topics are left alone.
 *
 * Throws
 * - `StreamsError` `STREAMS_MISSING_SOURCE_TOPIC`: a source topic does not exist (facts: topics);
 * - `TopologyError` `STREAMS_NOT_COPARTITIONED`: joined topics differ in their numbers of partitions (facts: partitions by topic);
 * - `StreamsError` `STREAMS_INTERNAL_TOPIC_MISMATCH`: an internal topic exists with another number of partitions (facts: topic,
 *   expected, actual);
 * - `ProcessorStateError` `STREAMS_STORE_KIND_CHANGED`: a store has a changelog in another form (facts: store, changelog, found);
 * - `TransportError`s of the admin.
 */
export async function prepareInternalTopics(
  plan: TopologyPlan,
  admin: Admin,
  options: InternalTopicOptions,
): Promise<ReadonlyMap<string, number>> {
  let existing = await partitionCounts(plan, admin)
  checkForms(plan, existing)
  const counts = resolvePartitionCounts(plan, existing)
  const wanted = internalTopics(plan, counts, options)
  const { clock, retryBackoffMs, withinMs } = options
  for (const end = clock.monotonic() + withinMs; ;) {
    const missing = wanted.filter((topic) => isMissing(topic, existing))
    const race = missing.length === 0 ? null : await refusedRace(admin, missing)
    if (race === null) return counts
    if (clock.monotonic() >= end) throw race
    await sleep(clock, retryBackoffMs)
    existing = await partitionCounts(plan, admin)
  }
}

/** The rows of a changelog in another form would be lost to the store, which begins with an empty one of its own. */
function checkForms({ subtopologies }: TopologyPlan, existing: ReadonlyMap<string, number>): void {
  const found = otherForms(subtopologies).find(({ topic }) => existing.has(topic))
  if (found === undefined) return
  const { store, changelog, topic } = found
  const message =
    `The store ${store} would begin empty with the changelog ${changelog}: its rows are in ${topic}, in another form. ` +
    'Give the store another name, or, if these rows are no longer needed, delete that topic.'
  throw new ProcessorStateError('STREAMS_STORE_KIND_CHANGED', message, { facts: { store, changelog, found: topic } })
}

async function partitionCounts(plan: TopologyPlan, admin: Admin): Promise<ReadonlyMap<string, number>> {
  const others = otherForms(plan.subtopologies).map(({ topic }) => topic)
  const topics = await lookUpTopics(plan, admin, others)
  return new Map([...topics].map(([name, { partitions }]) => [name, partitions]))
}

function internalTopics(
  { subtopologies }: TopologyPlan,
  counts: ReadonlyMap<string, number>,
  { replicationFactor }: InternalTopicOptions,
): readonly NewTopic[] {
  const topics = new Map<string, NewTopic>()
  const add = ({ name, config }: InternalTopic): void => {
    const partitions = counts.get(name)
    if (partitions !== undefined) topics.set(name, { name, partitions, replicationFactor, config })
  }
  for (const { repartitionTopics, stores } of subtopologies) {
    for (const topic of repartitionTopics) add(topic)
    for (const { changelog } of stores) if (changelog?.kind === 'internal') add(changelog.topic)
  }
  return [...topics.values()]
}

function isMissing({ name, partitions }: NewTopic, existing: ReadonlyMap<string, number>): boolean {
  const actual = existing.get(name)
  if (actual === undefined || actual === partitions) return actual === undefined
  const message =
    `Internal topic ${name} has ${actual} partitions, and this topology needs ${partitions}: reset the application ` +
    '(delete its internal topics), or give the operator another name.'
  throw new StreamsError('STREAMS_INTERNAL_TOPIC_MISMATCH', message, { facts: { topic: name, expected: partitions, actual } })
}

/** The broker's refusal if another instance has created one of the topics meanwhile. It is then unknown which of the others exist. */
async function refusedRace(admin: Admin, topics: readonly NewTopic[]): Promise<TransportError | null> {
  try {
    await admin.createTopics(topics)
    return null
  } catch (error) {
    if (error instanceof TransportError && error.code === 'TRANSPORT_TOPIC_ALREADY_EXISTS') return error
    throw error
  }
}
