import type { Subtopology, TopologyPlan } from '../../topology/topology-plan.ts'
import type { Admin } from '../../transport/admin.ts'
import { lookUpNamed, type KnownTopics } from '../../transport/topics/known-topics.ts'
import { inputTopics } from './partition-counts.ts'

/** Looks up the topics that the plan names, and others; all topics of the cluster if a source has a pattern. */
export async function lookUpTopics(
  { subtopologies }: TopologyPlan,
  admin: Pick<Admin, 'metadata'>,
  others: readonly string[] = [],
): Promise<KnownTopics> {
  const hasPattern = subtopologies.some(({ nodes }) => nodes.some((node) => node.kind === 'source' && node.pattern !== undefined))
  const sources = subtopologies.flatMap(({ sourceTopics }) => sourceTopics)
  return lookUpNamed(hasPattern ? undefined : [...sources, ...internalTopicNames(subtopologies), ...others], admin)
}

/** The topics that the application itself creates: for repartitions and changelogs. */
export function internalTopicNames(subtopologies: readonly Subtopology[]): readonly string[] {
  return subtopologies.flatMap(({ repartitionTopics, stores }) => [
    ...repartitionTopics.map(({ name }) => name),
    ...stores.flatMap(({ changelog }) => (changelog?.kind === 'internal' ? [changelog.topic.name] : [])),
  ])
}

/** The changelog that a store would have if it kept its rows in another form. */
export interface OtherForm {
  readonly store: string
  readonly changelog: string
  /** That of the other form. */
  readonly topic: string
}

/** The changelogs that must not exist: those of the same stores in other forms. */
export function otherForms(subtopologies: readonly Subtopology[]): readonly OtherForm[] {
  const own = new Set(internalTopicNames(subtopologies))
  return subtopologies
    .flatMap(({ stores }) => stores)
    .flatMap(({ spec, changelog }) => {
      if (changelog?.kind !== 'internal' || changelog.otherForm === undefined || own.has(changelog.otherForm)) return []
      return [{ store: spec.name, changelog: changelog.topic.name, topic: changelog.otherForm }]
    })
}

/** Of these topics, those that tasks read or the application has created. Topics of global stores are not among them. */
export function topicsOfTasks({ subtopologies }: TopologyPlan, topics: KnownTopics): KnownTopics {
  const regular = subtopologies.filter(({ kind }) => kind === 'regular')
  const read = regular.flatMap((each) => inputTopics(each, topics.keys()))
  const names = new Set([...read, ...internalTopicNames(regular)])
  return new Map([...topics].filter(([name]) => names.has(name)))
}
