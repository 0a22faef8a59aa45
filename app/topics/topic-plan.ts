import type { Admin, NewTopic } from 'millrace'

/** What a cluster has of a topic. */
export interface PresentTopic {
  readonly partitions: number
  readonly config: Readonly<Record<string, string>>
}

/** A difference between what a topic should be and what it is. */
export type TopicChange =
  | { readonly kind: 'create'; readonly topic: NewTopic }
  /** More partitions: keys move, so whoever has state by key, and whoever reads in order of a key, is wrong from then on. */
  | { readonly kind: 'grow'; readonly name: string; readonly from: number; readonly to: number }
  /** Fewer partitions: no cluster can do that. */
  | { readonly kind: 'shrink'; readonly name: string; readonly from: number; readonly to: number }
  | { readonly kind: 'config'; readonly name: string; readonly key: string; readonly from: string | null; readonly to: string }

/** What makes the cluster equal to the manifest; empty where it is. Topics that the manifest does not name stay as they are. */
export function topicPlan(manifest: readonly NewTopic[], present: ReadonlyMap<string, PresentTopic>): TopicChange[] {
  return manifest.flatMap((topic) => {
    const found = present.get(topic.name)
    return found === undefined
      ? [{ kind: 'create' as const, topic }]
      : [...partitionChange(topic, found), ...configChanges(topic, found)]
  })
}

/** The topics of the manifest that the cluster has. */
export async function presentTopics(admin: Admin, manifest: readonly NewTopic[]): Promise<ReadonlyMap<string, PresentTopic>> {
  const all = new Map((await admin.metadata()).map((topic) => [topic.name, topic]))
  const found = manifest.flatMap(({ name }) => all.get(name) ?? [])
  const entries = found.map(async ({ name, partitions }) => {
    return [name, { partitions: partitions.length, config: await admin.describeTopicConfig(name) }] as const
  })
  return new Map(await Promise.all(entries))
}

function partitionChange({ name, partitions: to }: NewTopic, { partitions: from }: PresentTopic): TopicChange[] {
  return from === to ? [] : [{ kind: from < to ? 'grow' : 'shrink', name, from, to }]
}

function configChanges({ name, config = {} }: NewTopic, present: PresentTopic): TopicChange[] {
  return Object.entries(config).flatMap(([key, to]): TopicChange[] => {
    const from = present.config[key] ?? null
    return from !== null && isSame(from, to) ? [] : [{ kind: 'config', name, key, from, to }]
  })
}

/** Brokers order lists as they like, and write 0.1 as 0.10. */
function isSame(from: string, to: string): boolean {
  const listed = (text: string): string => text.split(',').map((part) => part.trim()).sort().join() // prettier-ignore
  return listed(from) === listed(to) || (to !== '' && Number(from) === Number(to))
}
