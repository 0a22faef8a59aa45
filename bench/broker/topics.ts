import type { TopicPartition } from 'millrace'
import type { Bench } from './bench.ts'

/** The timestamps of the data sets are fixed and old: with its default retention the broker would delete the records. */
const keepAll = { 'retention.ms': '-1', 'segment.bytes': String(1 << 30) }

export async function createTopic({ admin, partitions }: Bench, name: string): Promise<void> {
  await admin.createTopics([{ name, partitions, config: keepAll }])
}

/** Deletes the topics whose names begin so: an output, and what an application made for itself. */
export async function deleteTopics({ admin }: Bench, prefix: string): Promise<void> {
  const names = (await admin.metadata()).map(({ name }) => name).filter((name) => name.startsWith(prefix))
  if (names.length > 0) await admin.deleteTopics(names)
}

export function partitionsOf({ partitions }: Bench, topic: string): readonly TopicPartition[] {
  return Array.from({ length: partitions }, (_, partition) => ({ topic, partition }))
}

/** The ends of a topic's partitions, in their order. */
export async function endOffsets(bench: Bench, topic: string): Promise<readonly number[]> {
  const all = partitionsOf(bench, topic)
  const ends = new Map((await bench.admin.listOffsets(all, 'latest')).map(({ partition, offset }) => [partition, offset]))
  return all.map(({ partition }) => ends.get(partition) ?? 0)
}

/** The topics between the parts of an application: all that it made for itself, without its changelogs. */
export async function hopsOf({ admin }: Bench, applicationId: string): Promise<readonly string[]> {
  const names = (await admin.metadata()).map(({ name }) => name)
  return names.filter((name) => name.startsWith(`${applicationId}-`) && !name.endsWith('-changelog'))
}

/** Throws unless the group has committed the ends of these topics: an application that left records unread gives no figure. */
export async function requireCommitted(bench: Bench, groupId: string, topics: readonly string[]): Promise<void> {
  for (const topic of topics) {
    const ends = await endOffsets(bench, topic)
    const committed = await bench.admin.committedOffsets(groupId, partitionsOf(bench, topic), 'any')
    const offsets = new Map(committed.map(({ partition, offset }) => [partition, offset]))
    const unread = ends.filter((end, partition) => end > 0 && offsets.get(partition) !== end)
    if (unread.length > 0) throw new Error(`${groupId} has not read ${topic} to its end: ${JSON.stringify({ ends, committed })}`)
  }
}
