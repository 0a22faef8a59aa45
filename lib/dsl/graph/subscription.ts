import type { SourceTopics } from '../../topology/topic-ref.ts'
import { erased, type AnySerde } from './state.ts'

/** The topics or the pattern that a stream reads, and their serdes. Of several topics the first one's serdes are used. */
export interface Subscription {
  readonly topics: readonly string[]
  readonly pattern: RegExp | undefined
  readonly key: AnySerde | undefined
  readonly value: AnySerde | undefined
}

export function subscriptionOf<K, V>(source: SourceTopics<K, V>): Subscription {
  if (typeof source === 'string') throw notATopic('stream()', source)
  if ('pattern' in source) return { topics: [], pattern: source.pattern, ...serdesOf(source) }
  const topics = 'name' in source ? [source] : source
  if (topics.length === 0) throw new TypeError('stream() reads at least one topic: pass a topic, a list of topics, or a pattern.')
  return { topics: topics.map(({ name }) => name), pattern: undefined, ...serdesOf(topics[0]) }
}

/** Java takes the names of topics. The types refuse a name here; the message is for callers without types. */
export function notATopic(call: string, name: string): TypeError {
  return new TypeError(`${call} takes a topic, and no name: write topic('${name}', { key, value }).`)
}

function serdesOf(source: SourceSerdes | undefined): Pick<Subscription, 'key' | 'value'> {
  return { key: erased(source?.key), value: erased(source?.value) }
}

interface SourceSerdes {
  readonly key?: { readonly name: string } | undefined
  readonly value?: { readonly name: string } | undefined
}
