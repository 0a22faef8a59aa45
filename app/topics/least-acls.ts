import { deadLetterTopicOf as captureDeadLettersOf } from '../capture/dead-letter.ts'
import { topicOf } from '../capture/envelope.ts'
import { applications, topologyOf } from '../../examples/transfer-pipeline/main.ts'
import { applicationDeadLetters, deadLetterTopicOf, repeatables, retryDelaysMs } from '../../examples/transfer-pipeline/topics.ts'

/** What a principal of Kafka may do to a resource, in the words of `kafka-acls.sh`. */
export interface Acl {
  readonly resource: 'topic' | 'group' | 'transactional-id'
  readonly pattern: 'literal' | 'prefixed'
  readonly name: string
  readonly operations: readonly ('Read' | 'Write' | 'Create' | 'DescribeConfigs' | 'Delete')[]
}

const topic = (name: string, ...operations: Acl['operations']): Acl => ({
  resource: 'topic',
  pattern: 'literal',
  name,
  operations,
})

/** The least that the service `capture` needs for a table. Reading its own topics tells where it goes on. */
export function captureAcls(table: 'users' | 'transfers'): readonly Acl[] {
  const envelope = { prefix: 'raw', database: 'bank', table }
  return [topic(topicOf(envelope), 'Read', 'Write'), topic(captureDeadLettersOf(envelope), 'Read', 'Write')]
}

/** The least that the service `retries` needs. */
export function retriesAcls(): readonly Acl[] {
  return [
    ...retryDelaysMs.map((delayMs): Acl => ({
      resource: 'group',
      pattern: 'literal',
      name: `retries-${delayMs}`,
      operations: ['Read'],
    })),
    ...repeatables.flatMap(({ retries }) => [...retries.values()].map((name) => topic(name, 'Read'))),
    ...repeatables.map(({ replay }) => topic(replay, 'Write')),
  ]
}

/**
 * The least that a stream application needs: its sources and sinks out of `describe()`, the dead letters of its sources, and all that begins with
 * its own name: group, transactions, internal topics.
 */
export function applicationAcls(applicationId: string): readonly Acl[] {
  const text = topologyOf(applicationId, {}).describe().toString()
  const sources = namesIn(text, /\(topics: \[(.*?)\]\)/g)
  const sinks = namesIn(text, /\(topic: (.*?)\)/g)
  const isOwn = (name: string): boolean => sources.includes(name) && sinks.includes(name)
  const own = (resource: Acl['resource'], ...operations: Acl['operations']): Acl => ({
    resource,
    pattern: 'prefixed',
    name: applicationId,
    operations,
  })
  const outside = (names: readonly string[]): readonly string[] => names.filter((name) => !isOwn(name))
  return [
    ...outside(sources).map((name) => topic(name, 'Read')),
    ...outside(sinks).map((name) => topic(name, 'Write')),
    ...[...outside(sources).map(deadLetterTopicOf), applicationDeadLetters].map((name) => topic(name, 'Write')),
    own('topic', 'Create', 'Read', 'Write', 'DescribeConfigs', 'Delete'),
    own('group', 'Read'),
    own('transactional-id', 'Write'),
  ]
}

/** All of them, by who needs them. */
export function leastAcls(): Readonly<Record<string, readonly Acl[]>> {
  const ofApplications = Object.keys(applications).map((name) => [name, applicationAcls(name)] as const)
  return {
    'capture of users': captureAcls('users'),
    'capture of transfers': captureAcls('transfers'),
    retries: retriesAcls(),
    ...Object.fromEntries(ofApplications),
  }
}

function namesIn(text: string, pattern: RegExp): readonly string[] {
  return [...new Set([...text.matchAll(pattern)].flatMap(([, names = '']) => names.split(', ')))]
}
