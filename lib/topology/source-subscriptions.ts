import { topologyError } from './topology-error.ts'

/** A source, as far as it matters here. */
interface Subscription {
  readonly name: string
  readonly topics: readonly string[]
  readonly pattern?: RegExp | undefined
}

/** The topics and patterns that sources read. It makes sure that at most one source reads a topic. */
export class SourceSubscriptions {
  readonly #topics = new Map<string, string>()
  readonly #patterns = new Map<string, RegExp>()

  add({ name, topics, pattern }: Subscription): void {
    if (pattern !== undefined) this.#addPattern(name, pattern)
    else if (topics.length === 0) throw topologyError('NO_TOPICS', `Source ${name} reads no topic: name at least one.`, { name })
    for (const topic of topics) this.#addTopic(name, topic)
  }

  #addTopic(source: string, topic: string): void {
    const other = this.#topics.get(topic) ?? this.#matching(topic)
    if (other !== undefined) throw registered(source, topic, other)
    this.#topics.set(topic, source)
  }

  #addPattern(source: string, pattern: RegExp): void {
    const whole = wholeName(pattern)
    for (const [topic, other] of this.#topics) if (whole.test(topic)) throw registered(source, topic, other)
    this.#patterns.set(source, whole)
  }

  #matching(topic: string): string | undefined {
    return [...this.#patterns].find(([, pattern]) => pattern.test(topic))?.[0]
  }
}

/** Makes a pattern match whole names only, as in Java. */
function wholeName(pattern: RegExp): RegExp {
  return new RegExp(`^(?:${pattern.source})$`, pattern.flags.replaceAll(/[gy]/g, ''))
}

function registered(source: string, topic: string, other: string) {
  const message = `Source ${source} reads topic ${topic}, which ${other} reads already: read it once, and use that stream or table twice.`
  return topologyError('TOPIC_ALREADY_REGISTERED', message, { source, topic, other })
}
